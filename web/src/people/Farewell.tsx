// Deleting one's user: asked with the password, or by signing in with the provider once more; nothing brings the user back.
import { Anchor, Button, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useDeleteMe } from "../api/people";
import { asProblem } from "../api/problem";
import type { Me } from "../api/types";
import { Failure } from "../ui/states";
import { Sure } from "./Sure";

export function Farewell({ me }: { me: Me }) {
  return (
    <Stack gap="sm" maw={420}>
      <Title order={2} size="h4">
        Delete my user
      </Title>
      <Text size="sm">{`${me.email} leaves every workspace and cannot sign in any more. What was connected stays with the workspaces.`}</Text>
      {me.has_password ? <ByPassword /> : <ByProvider />}
    </Stack>
  );
}

function ByPassword() {
  const [password, setPassword] = useState("");
  const remove = useDeleteMe();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    remove.mutate(password);
  };
  return (
    <form onSubmit={submit} aria-label="Delete my user">
      <Stack gap="sm">
        <PasswordInput label="Your password" autoComplete="current-password" required withAsterisk={false} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        {remove.isError && <Failure error={remove.error} />}
        <Button type="submit" color="red" variant="outline" loading={remove.isPending} style={{ alignSelf: "flex-start" }}>
          Delete my user
        </Button>
      </Stack>
    </form>
  );
}

function ByProvider() {
  const remove = useDeleteMe();
  const again = remove.isError && asProblem(remove.error).type === "fresh-sign-in-needed";
  return (
    <Stack gap="sm" align="flex-start">
      {again ? (
        <Text size="sm" role="alert">
          <Anchor href="/auth/v1/oidc/start?fresh=true" inherit>
            Sign in with your provider once more
          </Anchor>
          , then come back here within five minutes.
        </Text>
      ) : (
        remove.isError && <Failure error={remove.error} />
      )}
      <Sure label="Delete my user" question="Delete me for ever" busy={remove.isPending} onSure={() => remove.mutate(null)} />
    </Stack>
  );
}
