// API keys of the workspace. A key is shown when it is made, and never again.
import { Alert, Badge, Button, Card, Checkbox, Code, CopyButton, Group, Select, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useCreateKey, useKeys, useRevokeKey, useRotateKey } from "../api/people";
import type { ApiKey, KeyScope, MadeKey } from "../api/types";
import * as format from "../model/format";
import { Failure } from "../ui/states";
import { AccountsSelect } from "./AccountsSelect";
import { Frame } from "./Frame";
import { Sure } from "./Sure";
import { KEY_STATES, SCOPES, accountsInWords, expiry, keyInWords } from "./words";

const LIVES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "It does not expire" },
];

export function KeysPage() {
  const [made, show] = useState<MadeKey | null>(null);
  return (
    <Frame title="API keys">
      {() => (
        <>
          {made !== null && <Made made={made} onClose={() => show(null)} />}
          <Create onMade={show} />
          <Keys onMade={show} />
        </>
      )}
    </Frame>
  );
}

function Made({ made, onClose }: { made: MadeKey; onClose: () => void }) {
  return (
    <Alert color="teal" variant="light" title={`The key ${made.key.name}`} withCloseButton closeButtonLabel="Close" onClose={onClose} role="status" data-testid="made-key">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">Copy it now: it is not shown again.</Text>
        <Code block>{made.api_key}</Code>
        <CopyButton value={made.api_key}>
          {({ copied, copy }) => (
            <Button size="xs" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </Stack>
    </Alert>
  );
}

function Create({ onMade }: { onMade: (made: MadeKey) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["read"]);
  const [accounts, setAccounts] = useState<string[] | null>(null);
  const [life, setLife] = useState("90");
  const create = useCreateKey();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // To the day, so that sending the same wish again is the same wish.
    const expires_at = expiry(life === "never" ? null : Number(life), Math.floor(Date.now() / 86_400_000) * 86_400_000);
    const wish = { name: name.trim(), scopes: scopes as KeyScope[], accounts, expires_at };
    create.mutate(wish, {
      onSuccess: (made) => {
        setName("");
        onMade(made);
      },
    });
  };
  return (
    <form onSubmit={submit} aria-label="Make a key">
      <Stack gap="sm" maw={420}>
        <TextInput label="Name" required withAsterisk={false} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Checkbox.Group label="It may" value={scopes} onChange={setScopes}>
          <Stack gap={4} mt={4}>
            {Object.entries(SCOPES).map(([scope, words]) => (
              <Checkbox key={scope} value={scope} label={words} />
            ))}
          </Stack>
        </Checkbox.Group>
        <AccountsSelect value={accounts} onChange={setAccounts} />
        <Select label="Good for" data={LIVES} value={life} allowDeselect={false} onChange={(value) => setLife(value ?? "90")} />
        {create.isError && <Failure error={create.error} />}
        <Button type="submit" loading={create.isPending} disabled={scopes.length === 0} style={{ alignSelf: "flex-start" }}>
          Make a key
        </Button>
      </Stack>
    </form>
  );
}

function Keys({ onMade }: { onMade: (made: MadeKey) => void }) {
  const keys = useKeys();
  if (keys.isError) return <Failure error={keys.error} onRetry={() => void keys.refetch()} />;
  if (!keys.data) return <Skeleton height={160} role="status" aria-label="Loading" />;
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="API keys" data-testid="keys">
      {keys.data.keys.map((key) => (
        <Entry key={key.key_id} of={key} onMade={onMade} />
      ))}
    </Stack>
  );
}

function Entry({ of: key, onMade }: { of: ApiKey; onMade: (made: MadeKey) => void }) {
  const rotate = useRotateKey();
  const revoke = useRevokeKey();
  const error = rotate.error ?? revoke.error;
  return (
    <Card component="li" withBorder padding="md" data-key={key.name} data-state={key.state}>
      <Group justify="space-between">
        <div>
          <Text fw={600}>{key.name}</Text>
          <Text size="sm" c="dimmed">
            {`${key.scopes.join(", ")} · ${accountsInWords(key.accounts)} · toa_${key.key_id}_…`}
          </Text>
          <Text size="xs" c="dimmed">{`${lastUse(key)} · ${ending(key)}`}</Text>
        </div>
        <Group gap="xs">
          <Badge color={KEY_STATES[key.state].colour} variant="dot" tt="none" size="lg">
            {keyInWords(key)}
          </Badge>
          {key.state === "active" && (
            <>
              {key.replaced_by === null && (
                <Sure label="Rotate" question="Make a new one; this one ends in a day" busy={rotate.isPending} onSure={() => rotate.mutate(key.key_id, { onSuccess: onMade })} />
              )}
              <Sure label="Revoke" question="Revoke this key" busy={revoke.isPending} onSure={() => revoke.mutate(key.key_id)} />
            </>
          )}
        </Group>
      </Group>
      {error !== null && <Failure error={error} />}
    </Card>
  );
}

function lastUse(key: ApiKey): string {
  return key.last_used_at === null ? "Not used yet" : `Last used ${format.instant(key.last_used_at)}`;
}

function ending(key: ApiKey): string {
  return key.expires_at === null ? "does not expire" : `until ${format.instant(key.expires_at)}`;
}
