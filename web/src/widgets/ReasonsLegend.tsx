// Under a table of posts: why some figures are missing or may change.
import { List, Text } from "@mantine/core";
import type { Account, WidgetAnswer } from "../api/types";
import { reasons, words } from "../model/coverage";
import * as format from "../model/format";
import { whose } from "./accounts";

interface Props {
  answer: WidgetAnswer;
  metrics: readonly string[];
  accounts: readonly Account[];
}

export function ReasonsLegend({ answer, metrics, accounts }: Props) {
  const found = reasons(answer.meta.coverage, metrics);
  if (found.length === 0) return null;
  return (
    <List size="xs" c="dimmed" listStyleType="none" data-testid="coverage">
      {found.map((reason) => (
        <List.Item key={reason.status} data-status={reason.status}>
          <Text span inherit fw={650} c="var(--mantine-color-text)">
            {words(reason.status).name}
          </Text>
          {` ${format.shortRange({ from: reason.first, to: reason.to })}${whose(reason.accounts, accounts)}: ${words(reason.status).meaning}.`}
        </List.Item>
      ))}
    </List>
  );
}
