// The frame of pages that need no sign-in.
import { Container, Stack } from "@mantine/core";
import { Outlet } from "react-router";
import { Brand } from "./Brand";

export function Doorway() {
  return (
    <Container component="main" size={620} py="xl">
      <Stack gap="lg">
        <Brand />
        <Outlet />
      </Stack>
    </Container>
  );
}
