// Where the link of an invitation leads: what it is for, and joining. No session is needed.
import { Button, Card, Center, PasswordInput, Skeleton, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useLocation } from "react-router";
import { useAccept, useSeenInvitation } from "../api/people";
import type { SeenInvitation } from "../api/types";
import { Brand } from "../layout/Brand";
import * as format from "../model/format";
import { Failure } from "../ui/states";
import { ROLES, secretOf } from "./words";

export function InvitationPage() {
  const secret = secretOf(useLocation().hash);
  const seen = useSeenInvitation(secret);
  return (
    <Center component="main" mih="100vh" p="md">
      <title>Invitation · TikTok Organic Analytics</title>
      <Card withBorder padding="xl" w="100%" maw={440} shadow="sm">
        <Stack gap="lg">
          <Brand />
          <Title order={1} size="h3">
            {seen.isError ? "There is no such invitation" : "You are invited"}
          </Title>
          {seen.isError && <Failure error={seen.error} />}
          {seen.isPending && <Skeleton height={120} role="status" aria-label="Loading" />}
          {seen.data && <Join secret={secret} seen={seen.data} />}
        </Stack>
      </Card>
    </Center>
  );
}

function Join({ secret, seen }: { secret: string; seen: SeenInvitation }) {
  const [password, setPassword] = useState("");
  const accept = useAccept(secret);
  if (accept.isSuccess) return <Joined name={accept.data.workspace_name} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    accept.mutate(seen.known ? null : password);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text>{`To the workspace ${seen.workspace_name}, as ${ROLES[seen.role].name.toLowerCase()}: ${ROLES[seen.role].meaning.toLowerCase()}.`}</Text>
        <Text size="sm" c="dimmed">{`For ${seen.email}, until ${format.instant(seen.expires_at)}.`}</Text>
        {!seen.known && (
          <>
            <input type="email" autoComplete="username" value={seen.email} readOnly hidden />
            <PasswordInput
              label="Choose a password"
              autoComplete="new-password"
              minLength={8}
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          </>
        )}
        {accept.isError && <Failure error={accept.error} />}
        <Button type="submit" loading={accept.isPending} fullWidth>
          Join
        </Button>
      </Stack>
    </form>
  );
}

/** A plain link, so that the secret behind the # does not stay in the page. */
function Joined({ name }: { name: string }) {
  return (
    <Stack gap="md" role="status">
      <Text>{`You have joined ${name}. Sign in to see it.`}</Text>
      <Button component="a" href="/workspace">
        Sign in
      </Button>
    </Stack>
  );
}
