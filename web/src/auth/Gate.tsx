// Lets only the signed-in through; others sign in at the same address and then see what they came for.
import { Button, Center, Loader, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useSession } from "../api/context";
import { UNREACHABLE } from "../api/problem";
import { Failure } from "../ui/states";
import { SignIn } from "./SignIn";

export function Gate({ children }: { children: ReactNode }) {
  const { session, state } = useSession();
  const queries = useQueryClient();

  useEffect(() => void session.restore(), [session]);
  useEffect(() => {
    // Nothing of one person's workspace may show up for the next one at the same screen.
    if (state === "signed-out") queries.clear();
  }, [state, queries]);

  switch (state) {
    case "signed-in":
      return children;
    case "signed-out":
      return <SignIn />;
    case "unknown":
      return (
        <Center mih="100vh">
          <Loader aria-label="Loading" />
        </Center>
      );
    case "unreachable":
      return (
        <Center mih="100vh" p="md">
          <Stack maw={480}>
            <Failure error={UNREACHABLE} />
            <Button onClick={() => void session.restore()}>Try again</Button>
          </Stack>
        </Center>
      );
  }
}
