// Post Explorer: the posts published in the range with all their figures; sorted and paged by the server.
import { Button, Group, NativeSelect, ScrollArea, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useWidget } from "../api/queries";
import type { Account, WidgetAnswer } from "../api/types";
import type { Filters } from "../dashboard/filters";
import * as format from "../model/format";
import { metricsOf, records } from "../model/table";
import { type PostColumn, postColumns } from "./postColumns";
import { PostCell } from "./PostCell";
import { ReasonsLegend } from "./ReasonsLegend";
import { NoFigures } from "./NoFigures";
import { Provenance } from "./Provenance";
import { Value } from "./SeriesTable";
import { SortHeader } from "./SortHeader";
import { WidgetCard } from "./WidgetCard";

const SIZES = ["10", "25", "50"];
const SHOWS = "Posts published in the range, with their figures to date.";

interface Props {
  filters: Filters;
  accounts: readonly Account[];
}

/** Cursors of the pages gone through; another question starts at its first page. */
interface Trail {
  question: string;
  cursors: readonly string[];
}

export function PostExplorer({ filters, accounts }: Props) {
  const [sort, setSort] = useState("-published_at");
  const [limit, setLimit] = useState(10);
  const [trail, setTrail] = useState<Trail>({ question: "", cursors: [] });
  const question = JSON.stringify([filters, sort, limit]);
  const cursors = trail.question === question ? trail.cursors : [];
  const cursor = cursors.at(-1);
  const query = useWidget("post_explorer", { ...filters, sort, limit, ...(cursor === undefined ? {} : { cursor }) });
  const metrics = query.data === undefined ? [] : metricsOf(query.data);
  const go = (next: readonly string[]): void => setTrail({ question, cursors: next });
  return (
    <WidgetCard
      slug="post_explorer"
      title="Post Explorer"
      shows={SHOWS}
      query={query}
      csv={{ ...filters, sort }}
      metrics={metrics}
      height={420}
    >
      {(answer) =>
        answer.rows.length === 0 && cursors.length === 0 ? (
          <NoFigures answer={answer} metrics={metrics} accounts={accounts} what="No posts" />
        ) : (
          <>
            <Posts answer={answer} accounts={accounts} sort={sort} onSort={setSort} />
            <Group justify="space-between" gap="xs">
              <NativeSelect
                size="xs"
                aria-label="Posts per page"
                data={SIZES.map((size) => ({ value: size, label: `${size} posts per page` }))}
                value={String(limit)}
                onChange={(event) => setLimit(Number(event.currentTarget.value))}
              />
              <Pages cursors={cursors} answer={answer} limit={limit} onGo={go} />
            </Group>
            <ReasonsLegend answer={answer} metrics={metrics} accounts={accounts} />
            <Provenance meta={answer.meta} />
          </>
        )
      }
    </WidgetCard>
  );
}

interface PagesProps {
  cursors: readonly string[];
  answer: WidgetAnswer;
  limit: number;
  onGo: (cursors: readonly string[]) => void;
}

function Pages({ cursors, answer, limit, onGo }: PagesProps) {
  const first = cursors.length * limit + 1;
  const next = answer.next_cursor;
  return (
    <Group component="nav" aria-label="Pages of posts" gap="xs">
      <Text size="xs" c="dimmed" role="status">
        {`Posts ${format.whole(first)} to ${format.whole(first + answer.rows.length - 1)}${next === null ? ", the last" : ""}`}
      </Text>
      <Button size="xs" variant="default" disabled={cursors.length === 0} onClick={() => onGo(cursors.slice(0, -1))}>
        Previous
      </Button>
      <Button size="xs" variant="default" disabled={next === null} onClick={() => next !== null && onGo([...cursors, next])}>
        Next
      </Button>
    </Group>
  );
}

interface PostsProps {
  answer: WidgetAnswer;
  accounts: readonly Account[];
  sort: string;
  onSort: (sort: string) => void;
}

function Posts({ answer, accounts, sort, onSort }: PostsProps) {
  const columns = postColumns(answer);
  return (
    <ScrollArea viewportProps={{ tabIndex: 0, "aria-label": "Post Explorer, table" }} type="auto" offsetScrollbars="x">
      <Table fz="sm" verticalSpacing="xs" horizontalSpacing={8} className="numbers">
        <caption className="visually-hidden">{`Posts published ${format.range(answer.meta)}`}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col" className="explorer-post">
              Post
            </Table.Th>
            {columns.map((column) => (
              <SortHeader key={column.slug} column={column} sort={sort} onSort={onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {records(answer).map((post) => (
            <Table.Tr key={`${post.account_id} ${post.post_id}`} data-post={post.post_id}>
              <PostCell post={post} accounts={accounts} />
              {columns.map((column) => (
                <Table.Td key={column.slug} ta={column.align} data-metric={column.slug} style={{ whiteSpace: "nowrap" }}>
                  <Shown column={column} value={post[column.slug] ?? null} answer={answer} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Totals answer={answer} columns={columns} />
      </Table>
    </ScrollArea>
  );
}

function Shown({ column, value, answer }: { column: PostColumn; value: string | number | boolean | null; answer: WidgetAnswer }) {
  if (column.kind === "instant" && typeof value === "string") return <time dateTime={value}>{format.moment(value)}</time>;
  return <Value value={value} unit={answer.columns.find(({ name }) => name === column.slug)?.unit ?? null} />;
}

function Totals({ answer, columns }: { answer: WidgetAnswer; columns: readonly PostColumn[] }) {
  const { totals } = answer;
  if (totals === null) return null;
  return (
    <Table.Tfoot>
      <Table.Tr>
        <Table.Th scope="row" className="explorer-post">
          All posts of the range
        </Table.Th>
        {columns.map((column) => (
          <Table.Td key={column.slug} ta={column.align} fw={650} style={{ whiteSpace: "nowrap" }} data-total={column.slug}>
            {column.slug in totals && <Shown column={column} value={totals[column.slug] ?? null} answer={answer} />}
          </Table.Td>
        ))}
      </Table.Tr>
    </Table.Tfoot>
  );
}
