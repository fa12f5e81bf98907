// Wires the page together.
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { AccessProvider } from "./api/context";
import { newQueryClient } from "./api/queries";
import { Session } from "./api/session";
import { createRouter } from "./routes";
import { theme } from "./ui/theme";
import "@mantine/core/styles.css";
import "./ui/styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={newQueryClient()}>
        <AccessProvider session={new Session()}>
          <RouterProvider router={createRouter()} />
        </AccessProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
