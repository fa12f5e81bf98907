// The public form for early access.
import { Button, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { postOpenly } from "../api/open";
import { Failure } from "../ui/states";
import { BackToSignIn, Outside } from "./Outside";

const FIELDS = [
  { name: "name", label: "Your name", autoComplete: "name", type: "text" },
  { name: "company", label: "Company", autoComplete: "organization", type: "text" },
  { name: "email", label: "Email", autoComplete: "email", type: "email" },
  { name: "handle", label: "TikTok handle", autoComplete: "off", type: "text", placeholder: "@northlight" },
] as const;

export function EarlyAccess() {
  const [form, setForm] = useState<Record<string, string>>({});
  const ask = useMutation({ mutationFn: () => postOpenly("/auth/v1/early-access", form) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask.mutate();
  };
  const set = (name: string, value: string): void => setForm((before) => ({ ...before, [name]: value }));
  if (ask.isSuccess) {
    return (
      <Outside title="Thank you">
        <Text role="status">Your request has arrived. You get a mail when it is decided.</Text>
        <BackToSignIn />
      </Outside>
    );
  }
  return (
    <Outside title="Request early access" width={480}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {FIELDS.map(({ name, ...shown }) => (
            <TextInput key={name} {...shown} required withAsterisk={false} value={form[name] ?? ""} onChange={(event) => set(name, event.currentTarget.value)} />
          ))}
          <Textarea label="What would you use it for?" autosize minRows={3} value={form["reason"] ?? ""} onChange={(event) => set("reason", event.currentTarget.value)} />
          {ask.isError && <Failure error={ask.error} />}
          <Button type="submit" loading={ask.isPending}>
            Send the request
          </Button>
        </Stack>
      </form>
      <BackToSignIn />
    </Outside>
  );
}
