// An empty widget says why it is empty.
import { List, Text } from "@mantine/core";
import type { Account, WidgetAnswer } from "../api/types";
import { reasons, words } from "../model/coverage";
import * as format from "../model/format";
import { Empty } from "../ui/states";
import { Provenance } from "./Provenance";
import { whose } from "./accounts";

interface Props {
  answer: WidgetAnswer;
  metrics: readonly string[];
  accounts: readonly Account[];
  what?: string;
}

export function NoFigures({ answer, metrics, accounts, what = "No figures" }: Props) {
  const found = reasons(answer.meta.coverage, metrics);
  return (
    <>
      <Empty title={`${what} for ${format.range(answer.meta)}`}>
        {found.length === 0 ? (
          <Text size="sm" c="dimmed">
            TikTok has given nothing for this range. Choose another range or other accounts.
          </Text>
        ) : (
          <List size="sm" c="dimmed" ta="left" data-testid="empty-reasons">
            {found.map((reason) => (
              <List.Item key={reason.status}>
                {`${words(reason.status).name}${whose(reason.accounts, accounts)}: ${words(reason.status).meaning}.`}
              </List.Item>
            ))}
          </List>
        )}
      </Empty>
      <Provenance meta={answer.meta} />
    </>
  );
}
