// The dashboard: filters over four widgets.
import { Alert, Anchor, Button, Grid, Skeleton, Stack, Title } from "@mantine/core";
import { Link } from "react-router";
import { useAccounts, useTomorrow } from "../api/queries";
import type { Account, Day } from "../api/types";
import { addDays } from "../model/range";
import { Icon } from "../ui/icons";
import { Empty, Failure } from "../ui/states";
import { PostExplorer } from "../widgets/PostExplorer";
import { SeriesWidget } from "../widgets/SeriesWidget";
import { SERIES_WIDGETS } from "../widgets/specs";
import { nameOf } from "../widgets/accounts";
import { FilterBar } from "./FilterBar";
import { useFilters } from "./filters";
import "@mantine/dates/styles.css";

export function DashboardPage() {
  return (
    <Stack gap="lg">
      <title>Dashboard · TikTok Organic Analytics</title>
      <Title order={1} size="h2">
        Dashboard
      </Title>
      <Contents />
    </Stack>
  );
}

function Contents() {
  const accounts = useAccounts();
  const tomorrow = useTomorrow();
  const failed = [accounts, tomorrow].find((query) => query.isError && !query.data);
  if (failed) return <Failure error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!accounts.data || !tomorrow.data) return <Skeleton height={360} role="status" aria-label="Loading" />;
  if (accounts.data.length === 0) return <NoAccounts />;
  return <Widgets accounts={accounts.data} tomorrow={tomorrow.data} />;
}

function NoAccounts() {
  return (
    <Empty title="No account is connected yet">
      Connect a TikTok account to see its figures here. The first ones arrive within minutes.
      <Button component={Link} to="/connect" leftSection={<Icon name="plus" />}>
        Connect TikTok account
      </Button>
    </Empty>
  );
}

function Widgets({ accounts, tomorrow }: { accounts: readonly Account[]; tomorrow: Day }) {
  const { preset, filters, setPreset, setRange, setAccounts } = useFilters(tomorrow);
  const selected = filters.accounts.length === 0 ? accounts : accounts.filter(({ account_id }) => filters.accounts.includes(account_id));
  const shared = { filters, accounts: selected };
  return (
    <>
      <FilterBar
        preset={preset}
        filters={filters}
        accounts={accounts}
        today={addDays(tomorrow, -1)}
        onPreset={setPreset}
        onRange={setRange}
        onAccounts={setAccounts}
      />
      <LostAccess accounts={selected} />
      <Grid gap="lg">
        <Grid.Col span={12}>
          <SeriesWidget spec={SERIES_WIDGETS.followers} {...shared} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <SeriesWidget spec={SERIES_WIDGETS.videoViews} {...shared} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <SeriesWidget spec={SERIES_WIDGETS.postEngagement} {...shared} />
        </Grid.Col>
        <Grid.Col span={12}>
          <PostExplorer {...shared} />
        </Grid.Col>
      </Grid>
    </>
  );
}

function LostAccess({ accounts }: { accounts: readonly Account[] }) {
  const lost = accounts.filter(({ status }) => status === "lost_access");
  if (lost.length === 0) return null;
  return (
    <Alert color="orange" variant="light" title={`Access lost to ${lost.map(nameOf).join(", ")}`}>
      No new figures arrive until the account is connected again.{" "}
      <Anchor component={Link} to="/connections" inherit underline="always">
        Go to Connections
      </Anchor>
    </Alert>
  );
}
