// Erasing an account or the workspace: what will happen is read, and the name typed, before it is asked for.
import { Alert, Button, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { useErase } from "../api/erasures";
import { focus } from "../ui/focus";
import { Failure } from "../ui/states";
import { ERASING } from "./words";

interface Target {
  /** Null is the whole workspace. */
  account: string | null;
  /** To be typed, exactly. */
  name: string;
}

export function EraseForm({ account, name, onCancel }: Target & { onCancel: () => void }) {
  const [typed, setTyped] = useState("");
  const erase = useErase(account);
  if (erase.isSuccess) return <Asked />;
  const lines = ERASING[account === null ? "workspace" : "account"];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    erase.mutate(typed.trim());
  };
  const title = account === null ? `Erase the workspace ${name}` : `Erase the account ${name}`;
  return (
    <form onSubmit={submit} aria-label={title}>
      <Alert color="red" variant="light" title={title}>
        <Stack gap="sm" maw={560}>
          <List size="sm">
            {lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          <TextInput
            label={`Type ${name} to erase it`}
            autoComplete="off"
            ref={focus}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {erase.isError && <Failure error={erase.error} />}
          <Group gap="xs">
            <Button type="submit" size="xs" color="red" loading={erase.isPending} disabled={typed.trim() !== name}>
              Erase for ever
            </Button>
            <Button size="xs" variant="subtle" onClick={onCancel}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </Alert>
    </form>
  );
}

function Asked() {
  return (
    <Text size="sm" role="status">
      It is being erased. <Link to="/workspace/erasures">See how far it is</Link>
    </Text>
  );
}
