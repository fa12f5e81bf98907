// A column head that sorts: the first press sorts from high to low, the second turns it round.
import { Table, UnstyledButton } from "@mantine/core";
import { withTikTokName } from "../model/metrics";
import { Icon } from "../ui/icons";
import type { PostColumn } from "./postColumns";

interface Props {
  column: PostColumn;
  sort: string;
  onSort: (sort: string) => void;
}

export function SortHeader({ column, sort, onSort }: Props) {
  const down = sort === `-${column.slug}`;
  const up = sort === column.slug;
  return (
    <Table.Th scope="col" ta={column.align} aria-sort={down ? "descending" : up ? "ascending" : "none"} style={{ whiteSpace: "nowrap" }}>
      <UnstyledButton
        fz="sm"
        fw={650}
        title={`${withTikTokName(column.slug)}: sort`}
        aria-label={`Sort by ${column.head}`}
        onClick={() => onSort(down ? column.slug : `-${column.slug}`)}
      >
        {column.head} {(down || up) && <Icon name={down ? "down" : "up"} size={12} />}
      </UnstyledButton>
    </Table.Th>
  );
}
