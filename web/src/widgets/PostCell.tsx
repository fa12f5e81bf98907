// Who a post is: picture, caption, account and the way to it on TikTok.
import { Anchor, Group, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { Account, Cell } from "../api/types";
import { Icon } from "../ui/icons";
import { nameOf } from "./accounts";

export function PostCell({ post, accounts }: { post: Record<string, Cell>; accounts: readonly Account[] }) {
  const account = accounts.find(({ account_id }) => account_id === post.account_id);
  const link = webAddress(post.share_url);
  return (
    <Table.Th scope="row" className="explorer-post" fw={400}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Thumbnail address={webAddress(post.thumbnail_url)} />
        <Stack gap={2}>
          <Text size="sm" className="caption" title={textOf(post.caption)}>
            {textOf(post.caption) || "No caption"}
          </Text>
          <Text size="xs" c="dimmed">
            {[account && nameOf(account), textOf(post.format)].filter(Boolean).join(" · ")}
            {link !== null && " · "}
            {link !== null && (
              <Anchor href={link} target="_blank" rel="noopener noreferrer" inherit underline="always" aria-label="Open on TikTok" style={{ whiteSpace: "nowrap" }}>
                TikTok <Icon name="external" size={11} />
              </Anchor>
            )}
          </Text>
        </Stack>
      </Group>
    </Table.Th>
  );
}

/** TikTok's picture addresses expire: a picture that does not load becomes a drawing. */
function Thumbnail({ address }: { address: string | null }) {
  const [failed, setFailed] = useState<string | null>(null);
  if (address === null || failed === address) {
    return (
      <span className="thumb">
        <Icon name="film" size={22} />
      </span>
    );
  }
  return <img className="thumb" src={address} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setFailed(address)} />;
}

function textOf(value: Cell | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Only http and https: a link from outside must not be able to run a script. */
function webAddress(value: Cell | undefined): string | null {
  return typeof value === "string" && /^https?:\/\//i.test(value) ? value : null;
}
