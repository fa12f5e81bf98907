// What operators decided, newest first, and whether that log is whole.
import { Button, Stack, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useApi } from "../api/context";
import type { AuditEntry, AuditPage } from "../api/types";
import * as format from "../model/format";
import { Wholeness } from "../people/Wholeness";
import { Failure } from "../ui/states";

const PATH = "/auth/v1/operator/audit";
export const DECISIONS = ["operations"];

export function DecisionLog() {
  const api = useApi();
  const log = useInfiniteQuery({
    queryKey: [...DECISIONS, "entries"],
    queryFn: ({ signal, pageParam }) => api.get<AuditPage>(`${PATH}?${new URLSearchParams({ limit: "20", ...(pageParam === null ? {} : { cursor: pageParam }) })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  if (log.isError) return <Failure error={log.error} onRetry={() => void log.refetch()} />;
  if (entries.length === 0) return null;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Decisions
      </Title>
      <Wholeness path={`${PATH}/integrity`} query={[...DECISIONS, "integrity"]} />
      <Entries entries={entries} />
      {log.hasNextPage && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()} style={{ alignSelf: "center" }}>
          Older decisions
        </Button>
      )}
    </Stack>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table aria-label="Decisions" data-testid="decisions">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Decision</Table.Th>
            <Table.Th>Handle</Table.Th>
            <Table.Th>By</Table.Th>
            <Table.Th>Reason</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(({ entry_id, at, actor, details }) => (
            <Table.Tr key={entry_id} data-decision={details.decision}>
              <Table.Td className="numbers">{format.instant(at)}</Table.Td>
              <Table.Td>{details.decision}</Table.Td>
              <Table.Td>{`@${details.handle}`}</Table.Td>
              <Table.Td>
                <Text size="xs" title={actor}>{`…${actor.slice(-12)}`}</Text>
              </Table.Td>
              <Table.Td>{details.reason}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
