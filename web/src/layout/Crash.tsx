// An error of the page itself, or an address that does not exist.
import { Anchor, Center, Stack } from "@mantine/core";
import { isRouteErrorResponse, useRouteError } from "react-router";
import { Problem } from "../api/problem";
import { Failure } from "../ui/states";

export function Crash() {
  const error = useRouteError();
  const shown = isRouteErrorResponse(error)
    ? new Problem("There is no such page", "The address leads nowhere. Go back to the dashboard.", error.status)
    : error;
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack maw={520}>
        <Failure error={shown} onRetry={() => window.location.reload()} />
        <Anchor href="/">To the dashboard</Anchor>
      </Stack>
    </Center>
  );
}
