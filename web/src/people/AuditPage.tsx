// What changed access, newest first, and whether the log is whole.
import { Button, Select, Skeleton, Stack, Table } from "@mantine/core";
import { useState } from "react";
import { useAudit, useMembers } from "../api/people";
import type { AuditEntry, Member } from "../api/types";
import * as format from "../model/format";
import { Empty, Failure } from "../ui/states";
import { Frame } from "./Frame";
import { Wholeness } from "./Wholeness";
import { ACTIONS, detailsInWords, nameOf } from "./words";

export function AuditPage() {
  return <Frame title="Audit log">{() => <Log />}</Frame>;
}

function Log() {
  const [action, filter] = useState<string | null>(null);
  const log = useAudit(action);
  const members = useMembers();
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Stack gap="md">
      <Wholeness path="/auth/v1/audit/integrity" query={["integrity"]} />
      <Select
        label="Only"
        placeholder="Everything"
        data={Object.entries(ACTIONS).map(([value, label]) => ({ value, label }))}
        value={action}
        onChange={filter}
        clearable
        searchable
        maw={320}
      />
      {log.isError && <Failure error={log.error} onRetry={() => void log.refetch()} />}
      {log.isPending && <Skeleton height={240} role="status" aria-label="Loading" />}
      {log.isSuccess && entries.length === 0 && <Empty title="Nothing of this kind has happened" />}
      {entries.length > 0 && <Entries entries={entries} members={members.data?.members ?? []} />}
      {log.hasNextPage && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()} style={{ alignSelf: "center" }}>
          Older entries
        </Button>
      )}
    </Stack>
  );
}

function Entries({ entries, members }: { entries: readonly AuditEntry[]; members: readonly Member[] }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table aria-label="Audit log" data-testid="audit">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Who</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>Whom or what</Table.Th>
            <Table.Th>Details</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.entry_id} data-action={entry.action}>
              <Table.Td className="numbers">{format.instant(entry.at)}</Table.Td>
              <Table.Td>{nameOf(entry.actor, members)}</Table.Td>
              <Table.Td>{ACTIONS[entry.action] ?? entry.action}</Table.Td>
              <Table.Td>{nameOf(entry.subject, members)}</Table.Td>
              <Table.Td>{detailsInWords(entry)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
