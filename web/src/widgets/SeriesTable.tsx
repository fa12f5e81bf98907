// The same figures as a chart, as a table: newest day first, each missing value with its reason.
import { ScrollArea, Table } from "@mantine/core";
import type { Account, Cell, WidgetAnswer } from "../api/types";
import { type Band, bandsPerDay, words } from "../model/coverage";
import * as format from "../model/format";
import { metric, withTikTokName } from "../model/metrics";
import { column, days, records } from "../model/table";
import { whose } from "./accounts";
import type { WidgetSpec } from "./specs";

interface Props {
  spec: WidgetSpec;
  answer: WidgetAnswer;
  accounts: readonly Account[];
}

export function SeriesTable({ spec, answer, accounts }: Props) {
  const bands = bandsPerDay(days(answer), answer.meta.coverage, spec.figures);
  const rows = records(answer).map((record, place) => ({ record, bands: bands[place] ?? [] }));
  return (
    <ScrollArea.Autosize mah={spec.height + 24} viewportProps={{ tabIndex: 0, "aria-label": `${spec.title}, table` }}>
      <Table stickyHeader striped horizontalSpacing="sm" verticalSpacing={6} className="numbers">
        <caption className="visually-hidden">{`${spec.title} per day, ${format.range(answer.meta)}, newest first`}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Day (UTC)</Table.Th>
            {spec.figures.map((slug) => (
              <Table.Th key={slug} scope="col" ta="right" title={withTikTokName(slug)}>
                {metric(slug).name}
              </Table.Th>
            ))}
            <Table.Th scope="col">Status</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.toReversed().map(({ record, bands: reasons }) => (
            <Row key={String(record.day)} spec={spec} record={record} bands={reasons} answer={answer} accounts={accounts} />
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

interface RowProps extends Props {
  record: Record<string, Cell>;
  bands: readonly Band[];
}

function Row({ spec, record, bands, answer, accounts }: RowProps) {
  const day = String(record.day).slice(0, 10);
  return (
    <Table.Tr data-day={day}>
      <Table.Th scope="row" fw={500} style={{ whiteSpace: "nowrap" }}>
        <time dateTime={day}>{format.longDay(day)}</time>
      </Table.Th>
      {spec.figures.map((slug) => (
        <Table.Td key={slug} ta="right" data-metric={slug}>
          <Value value={record[slug] ?? null} unit={column(answer, slug).unit} />
        </Table.Td>
      ))}
      <Table.Td>{statusOf(bands, accounts)}</Table.Td>
    </Table.Tr>
  );
}

function statusOf(bands: readonly Band[], accounts: readonly Account[]): string {
  const said = bands.map((band) => `${words(band.status).name}${whose(band.accounts, accounts)}`);
  return said.length === 0 ? "Final" : said.join("; ");
}

/** The element <data> carries the exact value beside the readable one. */
export function Value({ value, unit }: { value: Cell; unit: string | null }) {
  if (value === null) return <span aria-label="no figure">{format.MISSING}</span>;
  return <data value={String(value)}>{format.cell(value, unit)}</data>;
}
