// Changes the password of the one who knows it.
import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useApi } from "../api/context";
import { Failure } from "../ui/states";
import { Part } from "./Part";

export function PasswordCard() {
  const api = useApi();
  const queries = useQueryClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => api.send("POST", "/auth/v1/password", { current, password }),
    onSuccess: async () => {
      setCurrent("");
      setPassword("");
      await queries.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Part title="Password">
      <form onSubmit={submit}>
        <Stack gap="md" align="flex-start">
          <PasswordInput w="100%" label="Present password" autoComplete="current-password" required withAsterisk={false} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
          <PasswordInput
            w="100%"
            label="New password"
            description="At least 12 characters; four odd words are good."
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {change.isError && <Failure error={change.error} />}
          {change.isSuccess && <Text role="status">The password is changed, and your other sessions have ended.</Text>}
          <Button type="submit" loading={change.isPending}>
            Change it
          </Button>
        </Stack>
      </form>
    </Part>
  );
}
