// The receipts of erasures: which store let go when, and until when topics keep what they cannot delete.
import { Badge, Button, Card, Group, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { type Receipt, useErasures } from "../api/erasures";
import { useWorkspace } from "../api/people";
import * as format from "../model/format";
import { Frame } from "../people/Frame";
import { Empty, Failure } from "../ui/states";
import { EraseForm } from "./EraseForm";
import { OUTCOMES, STORES, accountsInWords, stepInWords, topicInWords } from "./words";

export function ErasuresPage() {
  return (
    <Frame title="Erasures">
      {() => (
        <>
          <Receipts />
          <Whole />
        </>
      )}
    </Frame>
  );
}

function Receipts() {
  const erasures = useErasures();
  if (erasures.isError && !erasures.data) return <Failure error={erasures.error} onRetry={() => void erasures.refetch()} />;
  if (!erasures.data) return <Skeleton height={160} role="status" aria-label="Loading" />;
  if (erasures.data.length === 0) {
    return <Empty title="Nothing was erased">An account is erased under Connections; the whole workspace, below.</Empty>;
  }
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="Erasures" data-testid="erasures">
      {erasures.data.map((receipt) => (
        <Entry key={receipt.erasure_id} receipt={receipt} />
      ))}
    </Stack>
  );
}

function Entry({ receipt }: { receipt: Receipt }) {
  const done = receipt.done_at !== null;
  return (
    <Card component="li" withBorder padding="md" data-erasure={receipt.erasure_id} data-done={done}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div style={{ minWidth: 0 }}>
            <Title order={2} size="h5">
              {accountsInWords(receipt)}
            </Title>
            <Text size="sm" c="dimmed">{`Asked for ${format.instant(receipt.requested_at)}`}</Text>
            {receipt.accounts.map((account) => (
              <Text key={account} size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>{`Account ${account}`}</Text>
            ))}
          </div>
          <Badge color={done ? "teal" : "blue"} variant="dot" tt="none" size="lg" role="status">
            {done ? "Done" : "Going on"}
          </Badge>
        </Group>
        {!done && <Text size="sm">{stepInWords(receipt)}</Text>}
        <Stores stores={receipt.stores} />
        {receipt.topics.length > 0 && <Topics topics={receipt.topics} />}
      </Stack>
    </Card>
  );
}

function Stores({ stores }: Pick<Receipt, "stores">) {
  return (
    <Table layout="fixed" withRowBorders={false} verticalSpacing={4} aria-label="Stores">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Store</Table.Th>
          <Table.Th>Outcome</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {stores.map(({ store, outcome, completed_at }) => (
          <Table.Tr key={store} data-store={store} data-outcome={outcome}>
            <Table.Td>{STORES[store]}</Table.Td>
            <Table.Td>{completed_at !== null && outcome === "erased" ? `${OUTCOMES[outcome]} ${format.instant(completed_at)}` : OUTCOMES[outcome]}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Topics({ topics }: Pick<Receipt, "topics">) {
  return (
    <Table layout="fixed" withRowBorders={false} verticalSpacing={4} aria-label="Copies that are deleted by age">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Copies nobody reads any more</Table.Th>
          <Table.Th>Deleted by age until</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {topics.map(({ topic, until }) => (
          <Table.Tr key={topic} data-topic={topic}>
            <Table.Td title={topic}>{topicInWords(topic)}</Table.Td>
            <Table.Td>{until === null ? "Known when collecting has let go" : format.instant(until)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** At the end of the page: nobody comes here for it by chance. */
function Whole() {
  const [asking, ask] = useState(false);
  const workspace = useWorkspace();
  const erasures = useErasures();
  if (!workspace.data || !erasures.data || erasures.data.some(({ whole_workspace }) => whole_workspace)) return null;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        The whole workspace
      </Title>
      <Text size="sm">{`${workspace.data.name} with all its accounts, figures, members and keys is erased for ever.`}</Text>
      {asking ? (
        <EraseForm account={null} name={workspace.data.name} onCancel={() => ask(false)} />
      ) : (
        <Button size="xs" variant="outline" color="red" onClick={() => ask(true)} style={{ alignSelf: "flex-start" }}>
          Erase the workspace
        </Button>
      )}
    </Stack>
  );
}
