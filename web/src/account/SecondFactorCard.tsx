// Turns the second factor on and off.
import { Anchor, Button, Code, PasswordInput, SimpleGrid, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import type { Enrolment, FactorState } from "../api/account";
import { Failure } from "../ui/states";
import { Part } from "./Part";

const PATH = "/auth/v1/second-factor";

export function SecondFactorCard() {
  const api = useApi();
  const queries = useQueryClient();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const state = useQuery({ queryKey: ["second-factor"], queryFn: ({ signal }) => api.get<FactorState>(PATH, signal) });
  const changed = (shown: readonly string[]): void => {
    setCodes(shown);
    void queries.invalidateQueries({ queryKey: ["second-factor"] });
  };
  return (
    <Part title="Second factor">
      {state.isError && <Failure error={state.error} onRetry={() => void state.refetch()} />}
      {state.isPending && <Skeleton height={60} role="status" aria-label="Loading" />}
      {codes.length > 0 && <RecoveryCodes codes={codes} />}
      {state.data?.enabled === true && <TurnOff left={state.data.recovery_codes_left} onDone={() => changed([])} />}
      {state.data?.enabled === false && <TurnOn onDone={changed} />}
    </Part>
  );
}

function TurnOn({ onDone }: { onDone: (codes: readonly string[]) => void }) {
  const api = useApi();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const begin = useMutation({ mutationFn: () => api.post<Enrolment>(PATH, { password }) });
  const confirm = useMutation({
    mutationFn: () => api.post<{ recovery_codes: string[] }>(`${PATH}/confirm`, { code }),
    onSuccess: (answer) => onDone(answer.recovery_codes),
  });
  if (!begin.data) {
    return (
      <Step onSubmit={() => begin.mutate()} button="Turn it on" busy={begin.isPending} error={begin.error}>
        <Text>It is off. With it, signing in needs a code of an authenticator app besides the password.</Text>
        <PasswordInput label="Your password" autoComplete="current-password" required withAsterisk={false} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      </Step>
    );
  }
  return (
    <Step onSubmit={() => confirm.mutate()} button="Confirm" busy={confirm.isPending} error={confirm.error}>
      <Text>
        Add this key to your authenticator: <Code>{begin.data.secret}</Code>, or on a telephone <Anchor href={begin.data.otpauth_uri}>open it there</Anchor>.
      </Text>
      <TextInput label="The code that it shows" autoComplete="one-time-code" required withAsterisk={false} value={code} onChange={(event) => setCode(event.currentTarget.value)} />
    </Step>
  );
}

function TurnOff({ left, onDone }: { left: number; onDone: () => void }) {
  const api = useApi();
  const [code, setCode] = useState("");
  const off = useMutation({ mutationFn: () => api.send("POST", `${PATH}/disable`, { code }), onSuccess: onDone });
  return (
    <Step onSubmit={() => off.mutate()} button="Turn it off" busy={off.isPending} error={off.error}>
      <Text>{`It is on. ${left} recovery codes are left.`}</Text>
      <TextInput label="A code, to turn it off" autoComplete="one-time-code" required withAsterisk={false} value={code} onChange={(event) => setCode(event.currentTarget.value)} />
    </Step>
  );
}

interface StepProps {
  onSubmit: () => void;
  button: string;
  busy: boolean;
  error: Error | null;
  children: ReactNode;
}

function Step({ onSubmit, button, busy, error, children }: StepProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {children}
        {error !== null && <Failure error={error} />}
        <div>
          <Button type="submit" loading={busy}>
            {button}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <Stack gap="xs" role="status">
      <Text>Keep these recovery codes where only you find them. Each works once in place of a code; they are not shown again.</Text>
      <SimpleGrid cols={2}>
        {codes.map((code) => (
          <Code key={code}>{code}</Code>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
