// All TikTok accounts of the workspace, with their state and what they do not let us read.
import { Alert, Avatar, Badge, Card, Group, List, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useLocation } from "react-router";
import { useConnections } from "../api/queries";
import type { Connection } from "../api/types";
import * as format from "../model/format";
import { Empty, Failure } from "../ui/states";
import { nameOf } from "../widgets/accounts";
import { ConnectButton } from "./ConnectButton";
import { STATUSES, scopeInWords } from "./words";

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
        <ConnectButton />
      </Group>
      {notice !== undefined && (
        <Alert color="teal" variant="light" role="status">
          {notice}
        </Alert>
      )}
      <Contents />
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
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="Connected accounts" data-testid="connections">
      {connections.data.map((connection) => (
        <Entry key={connection.account_id} connection={connection} />
      ))}
    </Stack>
  );
}

function Entry({ connection }: { connection: Connection }) {
  const status = STATUSES[connection.status] ?? { name: connection.status, colour: "gray", meaning: "" };
  return (
    <Card component="li" withBorder padding="md" data-account={connection.account_id} data-status={connection.status}>
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
        <Badge color={status.colour} variant="dot" tt="none" size="lg" title={status.meaning}>
          {status.name}
        </Badge>
        {(connection.status === "lost_access" || connection.missing_scopes.length > 0) && <ConnectButton label="Connect again" quiet />}
      </Group>
      <MissingScopes scopes={connection.missing_scopes} />
    </Card>
  );
}

function kindOf({ is_business_account }: Pick<Connection, "is_business_account">): string {
  if (is_business_account === null) return "TikTok account";
  return is_business_account ? "Business account" : "Personal account: TikTok gives fewer figures";
}

export function MissingScopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" mt="sm" title="Not permitted by the account's owner" data-testid="missing-scopes">
      <List size="sm">
        {scopes.map((scope) => (
          <List.Item key={scope}>{`${scopeInWords(scope)} (${scope})`}</List.Item>
        ))}
      </List>
      <Text size="sm" mt="xs">
        Figures that need these stay empty, and say so. Connect again and tick them to add them.
      </Text>
    </Alert>
  );
}
