// The account that came from TikTok, and the two answers to it.
import { Button, Card, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import type { PendingConnection } from "../api/types";
import { Failure } from "../ui/states";
import { Arrived } from "./Arrived";

interface Answer {
  mutate: () => void;
  isPending: boolean;
}

export function Decision({ pending, keep, drop, error, children }: { pending: PendingConnection; keep: Answer; drop: Answer; error: Error | null; children?: ReactNode }) {
  const busy = keep.isPending || drop.isPending;
  return (
    <Card withBorder padding="lg">
      <Stack gap="md">
        <Arrived pending={pending} />
        {children}
        {error !== null && <Failure error={error} />}
        <Group>
          <Button onClick={() => keep.mutate()} loading={keep.isPending} disabled={busy || pending.refusal !== null}>
            Keep
          </Button>
          <Button variant="default" onClick={() => drop.mutate()} loading={drop.isPending} disabled={busy}>
            Not this account
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
