// Sets a new password by the link of a mail. The token is in the fragment, which no server sees.
import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "react-router";
import { postOpenly } from "../api/open";
import { Failure } from "../ui/states";
import { BackToSignIn, Outside } from "./Outside";

export function ResetPassword() {
  const token = new URLSearchParams(useLocation().hash.slice(1)).get("token") ?? "";
  const [password, setPassword] = useState("");
  const set = useMutation({ mutationFn: () => postOpenly("/auth/v1/password-resets/complete", { token, password }) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    set.mutate();
  };
  return (
    <Outside title="Choose a new password">
      {set.isSuccess ? (
        <Text role="status">The new password is set, and all your sessions have ended.</Text>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            <PasswordInput
              label="New password"
              description="At least 12 characters; four odd words are good."
              autoComplete="new-password"
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {set.isError && <Failure error={set.error} />}
            <Button type="submit" loading={set.isPending}>
              Set it
            </Button>
          </Stack>
        </form>
      )}
      <BackToSignIn />
    </Outside>
  );
}
