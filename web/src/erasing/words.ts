// What disconnecting and erasing do, and how far an erasure is, in plain words.
import type { Receipt, Store } from "../api/erasures";

export const DISCONNECTING = [
  "Collecting stops within seconds. If no other workspace here uses the account, its consent is given back at TikTok.",
  "All figures until now stay, and so does the account's history if it is connected again.",
];

const FOR_EVER = "It cannot be undone. Progress and the receipt are under Workspace, Erasures.";
const TRANSIT = "Copies on their way between our parts are read by nobody any more and are deleted by age, within 30 days; the receipt names each date.";

export const ERASING = {
  account: [
    "Collecting stops, the consent is given back at TikTok, and every figure, post and notice of this account is deleted from all stores.",
    TRANSIT,
    "That it was erased, when and by whom stays in the audit log. Other accounts are not touched.",
    FOR_EVER,
  ],
  workspace: [
    "All accounts are erased with every figure and post; members leave, invitations and API keys end, and the audit log goes too.",
    TRANSIT,
    "Only your own membership stays, so that you can read the receipt.",
    FOR_EVER,
  ],
} as const;

export const STORES: Record<Store, string> = {
  ingestor: "Collection",
  clickhouse: "Figures and posts",
  query: "Labels, plans and dashboards",
  auth: "Consents, keys and the account itself",
};

export const OUTCOMES = { waiting: "Waiting", erased: "Erased", nothing_kept: "Keeps nothing of it" } as const;

const TOPICS: Record<string, string> = {
  "tiktok.post-snapshots.v1": "Figures of posts",
  "tiktok.profile-snapshots.v1": "Figures of profiles",
  "tiktok.post-lifecycle.v1": "Posts that came and went",
  "toa.commands.v1": "Requests to refresh, pause or resume",
};

export const topicInWords = (topic: string): string => TOPICS[topic] ?? topic;

export function accountsInWords({ whole_workspace, accounts }: Pick<Receipt, "whole_workspace" | "accounts">): string {
  if (!whole_workspace) return "An account";
  if (accounts.length === 0) return "The whole workspace";
  return `The whole workspace with ${accounts.length === 1 ? "1 account" : `${accounts.length} accounts`}`;
}

/** The step an erasure is at. */
export function stepInWords(receipt: Pick<Receipt, "erased_at" | "done_at" | "stores">): string {
  if (receipt.done_at !== null) return "Done";
  if (receipt.erased_at === null) return "Collecting is being stopped";
  const waiting = receipt.stores.filter(({ store, outcome }) => outcome === "waiting" && store !== "auth");
  if (waiting.length > 0) return `Waiting for: ${waiting.map(({ store }) => STORES[store]).join(", ")}`;
  return "The consent is being given back at TikTok, then the rest goes";
}
