// Asks for a link to set a new password.
import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { postOpenly } from "../api/open";
import { Failure } from "../ui/states";
import { BackToSignIn, Outside } from "./Outside";

export function ForgotPassword() {
  const [email, setEmail] = useState("");
  const ask = useMutation({ mutationFn: () => postOpenly("/auth/v1/password-resets", { email: email.trim() }) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <Outside title="Choose a new password">
      {ask.isSuccess ? (
        <Text role="status">If somebody has this address, a mail with a link is on its way. The link is good for 30 minutes.</Text>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            <TextInput label="Email" type="email" autoComplete="username" required withAsterisk={false} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
            {ask.isError && <Failure error={ask.error} />}
            <Button type="submit" loading={ask.isPending}>
              Send a link
            </Button>
          </Stack>
        </form>
      )}
      <BackToSignIn />
    </Outside>
  );
}
