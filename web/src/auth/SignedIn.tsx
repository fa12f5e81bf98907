// Back from the single sign-on: the cookie is there, or the reason why not.
import { Center, Loader, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useSession } from "../api/context";
import { BackToSignIn, Outside } from "./Outside";

const REASONS: Record<string, string> = {
  nobody: "Nobody here has the e-mail address that you signed in with, or your provider has not verified it. Ask for an invitation to it.",
  unavailable: "Your provider did not answer. Wait a minute, then try again.",
  refused: "The sign-in was not finished in this browser within ten minutes, or your provider's answer could not be used. Try again.",
};

export function SignedIn() {
  const [search] = useSearchParams();
  const failed = search.get("failed");
  if (failed === null) return <Entering />;
  return (
    <Outside title="Not signed in">
      <Text>{REASONS[failed] ?? REASONS["refused"]}</Text>
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
