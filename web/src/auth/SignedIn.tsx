// Back from the single sign-on: the cookie is there, a code is still to come, or the reason why not.
import { Button, Center, Loader, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useSession } from "../api/context";
import { focus } from "../ui/focus";
import { Failure } from "../ui/states";
import { BackToSignIn, Outside } from "./Outside";

const REASONS: Record<string, string> = {
  nobody: "Nobody here has the e-mail address that you signed in with, or your provider has not verified it. Ask for an invitation to it.",
  unavailable: "Your provider did not answer. Wait a minute, then try again.",
  refused: "The sign-in was not finished in this browser within ten minutes, or your provider's answer could not be used. Try again.",
};

export function SignedIn() {
  const [search] = useSearchParams();
  const failed = search.get("failed");
  if (search.get("code") === "needed") return <Code />;
  if (failed === null) return <Entering />;
  return (
    <Outside title="Not signed in">
      <Text>{REASONS[failed] ?? REASONS["refused"]}</Text>
      <BackToSignIn />
    </Outside>
  );
}

/** Ours is on, and the provider has asked for none. */
function Code() {
  const { session } = useSession();
  const navigate = useNavigate();
  const [code, setCode] = useState("");
  const send = useMutation({ mutationFn: () => session.sendProviderCode(code.trim()), onSuccess: () => navigate("/", { replace: true }) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Outside title="One more step">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Code of your authenticator, or a recovery code"
            autoComplete="one-time-code"
            required
            withAsterisk={false}
            ref={focus}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          {send.isError && <Failure error={send.error} />}
          <Button type="submit" loading={send.isPending} fullWidth>
            Sign in
          </Button>
        </Stack>
      </form>
      <BackToSignIn />
    </Outside>
  );
}

function Entering() {
  const { session } = useSession();
  const navigate = useNavigate();
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    void session.refresh().then((good) => (good ? navigate("/", { replace: true }) : setRefused(true)));
  }, [session, navigate]);
  if (!refused) {
    return (
      <Center mih="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  return (
    <Outside title="Not signed in">
      <Text>The session could not be opened. Try again.</Text>
      <BackToSignIn />
    </Outside>
  );
}
