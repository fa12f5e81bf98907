// Links for owners of accounts: made, copied, listed, taken back.
import { Alert, Badge, Button, Code, CopyButton, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useConnectLinks, useMakeConnectLink, useRevokeConnectLink } from "../api/queries";
import type { ConnectLink } from "../api/types";
import * as format from "../model/format";
import { Failure } from "../ui/states";
import { LINK_STATES } from "./words";

export function LinkMaker() {
  const [note, setNote] = useState("");
  const make = useMakeConnectLink();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate(note.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput label="For whom (only you see it)" maxLength={200} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Group>
          <Button type="submit" variant="default" loading={make.isPending}>
            Make a link
          </Button>
        </Group>
        {make.isError && <Failure error={make.error} />}
        {make.data !== undefined && <Made url={make.data} />}
      </Stack>
    </form>
  );
}

function Made({ url }: { url: string }) {
  return (
    <Alert color="teal" variant="light" title="Send this to the account's owner" role="status">
      <Stack gap="xs" align="flex-start">
        <Code data-testid="connect-link" style={{ wordBreak: "break-all" }}>
          {url}
        </Code>
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Text size="sm">It is shown this once, works for one account and ends after 7 days.</Text>
      </Stack>
    </Alert>
  );
}

export function ConnectLinks() {
  const links = useConnectLinks();
  if (!links.data || links.data.length === 0) return null;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Links sent to owners
      </Title>
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }} aria-label="Connect links" data-testid="connect-links">
        {links.data.map((link) => (
          <Row key={link.link_id} link={link} />
        ))}
      </Stack>
    </Stack>
  );
}

function Row({ link }: { link: ConnectLink }) {
  const revoke = useRevokeConnectLink();
  const until = link.state === "open" ? `until ${format.instant(link.expires_at)}` : `made ${format.instant(link.created_at)}`;
  return (
    <Group component="li" gap="sm" data-link={link.link_id} data-state={link.state}>
      <Badge variant="dot" color={link.state === "open" ? "blue" : "gray"} tt="none">
        {LINK_STATES[link.state]}
      </Badge>
      <Text size="sm">{`${link.note === "" ? "Without a note" : link.note} · ${until}`}</Text>
      {link.state === "open" && (
        <Button size="compact-xs" variant="default" loading={revoke.isPending} onClick={() => revoke.mutate(link.link_id)}>
          Take back
        </Button>
      )}
      {revoke.isError && <Failure error={revoke.error} />}
    </Group>
  );
}
