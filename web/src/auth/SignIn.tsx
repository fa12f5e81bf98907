// Sign-in with email and password, a code where one is asked for, or the single sign-on.
import { Anchor, Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { useSession } from "../api/context";
import { signInProvider } from "../api/open";
import { asProblem } from "../api/problem";
import { Failure } from "../ui/states";
import { Outside } from "./Outside";

const CODE_PROBLEMS = ["second-factor-needed", "code-refused"];

export function SignIn() {
  return (
    <Outside title="Sign in">
      <Form />
      <Elsewhere />
      <Group justify="space-between">
        <Anchor component={Link} to="/forgot-password" size="sm">
          Forgot the password?
        </Anchor>
        <Anchor component={Link} to="/early-access" size="sm">
          Request early access
        </Anchor>
      </Group>
    </Outside>
  );
}

function Form() {
  const { session } = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const signIn = useMutation({
    mutationFn: () => session.signIn(email.trim(), password, asked ? code : null),
    onError: (error) => setAsked(asked || CODE_PROBLEMS.includes(asProblem(error).type)),
  });
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
        {asked && (
          <TextInput
            label="Code of your authenticator, or a recovery code"
            autoComplete="one-time-code"
            required
            withAsterisk={false}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        {signIn.isError && <Failure error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function Elsewhere() {
  const provider = useQuery({ queryKey: ["sign-in-provider"], queryFn: signInProvider, staleTime: Infinity });
  if (!provider.data) return null;
  return (
    <Button component="a" href="/auth/v1/oidc/start" variant="default" fullWidth>
      {`Sign in with ${provider.data}`}
    </Button>
  );
}
