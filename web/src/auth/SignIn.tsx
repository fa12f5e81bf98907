// Sign-in with email and password.
import { Alert, Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useMutation } from "@tanstack/react-query";
import { useSession } from "../api/context";
import { type Problem, asProblem } from "../api/problem";
import { Brand } from "../layout/Brand";

export function SignIn() {
  return (
    <Center component="main" mih="100vh" p="md">
      <title>Sign in · TikTok Organic Analytics</title>
      <Card withBorder padding="xl" w="100%" maw={400} shadow="sm">
        <Stack gap="lg">
          <Brand />
          <Title order={1} size="h3">
            Sign in
          </Title>
          <Form />
        </Stack>
      </Card>
    </Center>
  );
}

function Form() {
  const { session } = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({ mutationFn: () => session.signIn(email.trim(), password) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput label="Email" type="email" autoComplete="username" required withAsterisk={false} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {signIn.isError && <Refusal problem={asProblem(signIn.error)} />}
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function Refusal({ problem }: { problem: Problem }) {
  return (
    <Alert color="red" variant="light" role="alert" title={problem.title}>
      <Text size="sm">{problem.detail}</Text>
    </Alert>
  );
}
