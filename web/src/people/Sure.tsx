// A button for what cannot be taken back: the second press does it.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { focus } from "../ui/focus";

export function Sure({ label, question, busy, onSure }: { label: string; question: string; busy: boolean; onSure: () => void }) {
  const [asking, ask] = useState(false);
  if (!asking) {
    return (
      <Button size="xs" variant="default" loading={busy} onClick={() => ask(true)}>
        {label}
      </Button>
    );
  }
  const answer = (): void => {
    ask(false);
    onSure();
  };
  return (
    <Group gap="xs" role="group" aria-label={question}>
      <Button size="xs" color="red" onClick={answer} ref={focus}>
        {question}
      </Button>
      <Button size="xs" variant="subtle" onClick={() => ask(false)}>
        Cancel
      </Button>
    </Group>
  );
}
