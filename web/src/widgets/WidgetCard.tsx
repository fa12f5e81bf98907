// The frame of every widget: heading, actions, and the states loading, failed and answered.
import { Badge, Button, Card, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import type { WidgetQuery } from "../api/client";
import type { WidgetAnswer } from "../api/types";
import { Failure } from "../ui/states";
import { Icon } from "../ui/icons";
import { CsvButton } from "./CsvButton";
import { completeness } from "./completeness";

export type View = "chart" | "table";

interface Props {
  slug: string;
  title: string;
  shows: string;
  query: UseQueryResult<WidgetAnswer>;
  csv: WidgetQuery;
  metrics: readonly string[];
  view?: View;
  /** Missing while there is nothing to choose between. */
  onView?: ((view: View) => void) | undefined;
  /** Pixels of the part that is still loading. */
  height: number;
  children: (answer: WidgetAnswer) => ReactNode;
}

export function WidgetCard(props: Props) {
  const heading = useId();
  const { query, slug } = props;
  return (
    <Card
      component="section"
      withBorder
      padding="lg"
      h="100%"
      aria-labelledby={heading}
      aria-busy={query.isFetching}
      data-testid={`widget-${slug}`}
      data-state={query.data ? (query.isPlaceholderData ? "updating" : "ready") : query.isError ? "error" : "loading"}
    >
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="xs">
          <div>
            <Group gap="xs">
              <Title order={2} size="h4" id={heading}>
                {props.title}
              </Title>
              {query.data && <Completeness answer={query.data} metrics={props.metrics} />}
            </Group>
            <Text size="sm" c="dimmed">
              {props.shows}
            </Text>
          </div>
          <Actions {...props} />
        </Group>
        <Body {...props} />
      </Stack>
    </Card>
  );
}

function Actions({ slug, title, query, csv, view, onView }: Props) {
  const other = view === "table" ? "chart" : "table";
  return (
    <Group gap="xs">
      {view !== undefined && (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name={other} />}
          disabled={onView === undefined}
          onClick={() => onView?.(other)}
          aria-label={`Show as ${other}: ${title}`}
        >
          Show as {other}
        </Button>
      )}
      <CsvButton slug={slug} title={title} query={csv} disabled={!query.data} />
    </Group>
  );
}

function Body({ query, height, children }: Props) {
  if (query.data) {
    return (
      <Stack gap="sm" style={{ opacity: query.isPlaceholderData ? 0.55 : 1 }}>
        {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
        {children(query.data)}
      </Stack>
    );
  }
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Stack gap="sm" role="status" aria-label="Loading">
      <Skeleton height={36} width={160} />
      <Skeleton height={height} />
    </Stack>
  );
}

function Completeness({ answer, metrics }: { answer: WidgetAnswer; metrics: readonly string[] }) {
  const found = completeness(answer, metrics);
  if (found === null) return null;
  return (
    <Badge variant="dot" color={found.colour} title={found.meaning} tt="none">
      {found.name}
    </Badge>
  );
}
