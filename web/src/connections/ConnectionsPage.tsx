// All TikTok accounts of the workspace, with their state and what they do not let us read.
import { Alert, Avatar, Badge, Button, Card, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { useConnections } from "../api/queries";
import type { Connection } from "../api/types";
import { LettingGo } from "../erasing/LettingGo";
import * as format from "../model/format";
import { Icon } from "../ui/icons";
import { Empty, Failure } from "../ui/states";
import { nameOf } from "../widgets/accounts";
import { Actions } from "./Actions";
import { ConnectLinks } from "./ConnectLinks";
import { LostFeatures } from "./LostFeatures";
import { STATES, countsInWords } from "./words";

export function ConnectionsPage() {
  const location = useLocation();
  const notice = (location.state as { notice?: string } | null)?.notice;
  return (
    <Stack gap="lg">
      <title>Connections · TikTok Organic Analytics</title>
      <Group justify="space-between">
        <Title order={1} size="h2">
          Connections
        </Title>
        <Button component={Link} to="/connect" leftSection={<Icon name="plus" />}>
          Connect TikTok account
        </Button>
      </Group>
      {notice !== undefined && (
        <Alert color="teal" variant="light" role="status">
          {notice}
        </Alert>
      )}
      <Contents />
      <ConnectLinks />
    </Stack>
  );
}

function Contents() {
  const connections = useConnections();
  if (connections.isError && !connections.data) return <Failure error={connections.error} onRetry={() => void connections.refetch()} />;
  if (!connections.data) return <Skeleton height={200} role="status" aria-label="Loading" />;
  if (connections.data.length === 0) {
    return <Empty title="No account is connected yet">Connect a TikTok account: its figures arrive within minutes.</Empty>;
  }
  return (
    <>
      <Counts connections={connections.data} />
      <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="Connected accounts" data-testid="connections">
        {connections.data.map((connection) => (
          <Entry key={connection.account_id} connection={connection} />
        ))}
      </Stack>
    </>
  );
}

function Counts({ connections }: { connections: readonly Connection[] }) {
  return (
    <Text size="sm" c="dimmed" data-testid="counts">
      {countsInWords(connections.map(({ state }) => state.name))}
    </Text>
  );
}

function Entry({ connection }: { connection: Connection }) {
  const { state } = connection;
  const words = STATES[state.name] ?? { name: state.name, colour: "gray" };
  return (
    <Card component="li" withBorder padding="md" data-account={connection.account_id} data-status={connection.status} data-state={state.name}>
      <Group gap="md" wrap="wrap">
        <Avatar src={connection.avatar_url} name={connection.display_name ?? nameOf(connection)} color="initials" size="lg" alt="" />
        <div style={{ flex: "1 1 200px" }}>
          <Title order={2} size="h5">
            {connection.display_name ?? nameOf(connection)}
          </Title>
          <Text size="sm" c="dimmed">
            {`${nameOf(connection)} · ${kindOf(connection)}`}
          </Text>
          {connection.connected_at !== null && (
            <Text size="xs" c="dimmed">{`Connected ${format.instant(connection.connected_at)}`}</Text>
          )}
        </div>
        <Stack gap={2} align="flex-end">
          <Badge color={words.colour} variant="dot" tt="none" size="lg">
            {words.name}
          </Badge>
          <Text size="xs" c="dimmed">{`since ${format.instant(state.since)}`}</Text>
        </Stack>
      </Group>
      <Stack gap="xs" mt="sm">
        {state.reason !== null && <Text size="sm">{state.reason}</Text>}
        {state.next_step.action !== "none" && (
          <Text size="sm" data-testid="next-step">
            {state.next_step.text}
          </Text>
        )}
        <Actions connection={connection} />
      </Stack>
      <LostFeatures lost={connection.lost} />
      <LettingGo connection={connection} />
    </Card>
  );
}

function kindOf({ is_business_account }: Pick<Connection, "is_business_account">): string {
  if (is_business_account === null) return "TikTok account";
  return is_business_account ? "Business account" : "Personal account: TikTok gives fewer figures";
}
