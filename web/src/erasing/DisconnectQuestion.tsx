// Disconnecting an account: what stops and what stays is said before.
import { Alert, Button, Group, List, Stack } from "@mantine/core";
import { useDisconnect } from "../api/erasures";
import { focus } from "../ui/focus";
import { Failure } from "../ui/states";
import { DISCONNECTING } from "./words";

export function DisconnectQuestion({ account, name, onDone }: { account: string; name: string; onDone: () => void }) {
  const disconnect = useDisconnect(account, onDone);
  return (
    <Alert color="orange" variant="light" title={`Disconnect ${name}?`} role="group" aria-label={`Disconnect ${name}`}>
      <Stack gap="sm" maw={560}>
        <List size="sm">
          {DISCONNECTING.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
        {disconnect.isError && <Failure error={disconnect.error} />}
        <Group gap="xs">
          <Button size="xs" color="red" loading={disconnect.isPending} onClick={() => disconnect.mutate()}>
            Disconnect it
          </Button>
          <Button size="xs" variant="subtle" onClick={onDone} ref={focus}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
