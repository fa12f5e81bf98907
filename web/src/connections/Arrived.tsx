// The account that came back from TikTok, with all that should be known before it is kept.
import { Alert, Avatar, Group, Text, Title } from "@mantine/core";
import type { PendingConnection } from "../api/types";
import { nameOf } from "../widgets/accounts";
import { LostFeatures } from "./LostFeatures";

export function Arrived({ pending }: { pending: PendingConnection }) {
  const name = pending.display_name ?? nameOf(pending);
  return (
    <>
      <Group>
        <Avatar src={pending.avatar_url} name={name} color="initials" size="xl" alt="" />
        <div>
          <Title order={2} size="h4">
            {name}
          </Title>
          <Text c="dimmed">{nameOf(pending)}</Text>
        </div>
      </Group>
      {pending.arrival === "returned" && <Text>This account was connected before: keeping it renews its access and keeps its history.</Text>}
      {pending.advice !== null && (
        <Alert color="yellow" variant="light" data-testid="advice">
          {pending.advice}
        </Alert>
      )}
      {pending.refusal !== null && (
        <Alert color="orange" variant="light" title="It cannot be connected here" data-testid="refusal">
          {pending.refusal}
        </Alert>
      )}
      {pending.is_business_account === false && pending.refusal === null && (
        <Text size="sm">
          This is a personal account: its Profile Insights show &quot;No data&quot; until it becomes a Business account. We look once a day.
        </Text>
      )}
      <LostFeatures lost={pending.lost} />
    </>
  );
}
