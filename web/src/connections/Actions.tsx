// What one can do with an account: connect anew, test, refresh, pause or resume.
import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useCommand, useTestConnection } from "../api/queries";
import type { Connection } from "../api/types";
import { Failure } from "../ui/states";
import { ConnectButton } from "./ConnectButton";
import { CHECKS } from "./words";

const SAID = {
  refresh: "Everything is asked for anew; the figures follow within minutes.",
  pause: "The collection stops within seconds.",
  resume: "The collection goes on within seconds.",
} as const;

export function Actions({ connection }: { connection: Connection }) {
  const test = useTestConnection(connection.account_id);
  const command = useCommand(connection.account_id);
  const { name, next_step } = connection.state;
  const anew = next_step.action === "reconnect" || next_step.action === "connect";
  const running = name !== "paused";
  const asked = connection.status === "connected";
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {anew && <ConnectButton label="Connect again" quiet again={connection.account_id} />}
        {name !== "disconnected" && (
          <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            Test
          </Button>
        )}
        {asked && running && (
          <Button size="xs" variant="default" loading={command.isPending} onClick={() => command.mutate("refresh")}>
            Refresh
          </Button>
        )}
        {asked && (
          <Button size="xs" variant="default" loading={command.isPending} onClick={() => command.mutate(running ? "pause" : "resume")}>
            {running ? "Pause" : "Resume"}
          </Button>
        )}
      </Group>
      {command.isSuccess && (
        <Text size="sm" role="status">
          {SAID[command.variables]}
        </Text>
      )}
      {command.isError && <Failure error={command.error} />}
      {test.isError && <Failure error={test.error} />}
      {test.data && (
        <Alert color={test.data.works ? "teal" : "orange"} variant="light" title={test.data.works ? "It works" : "Something does not work"} role="status" data-testid="checks">
          <List size="sm">
            {test.data.checks.map((check) => (
              <List.Item key={check.name}>{`${CHECKS[check.name] ?? check.name}: ${check.detail}`}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
