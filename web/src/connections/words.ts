// Connection states, permissions and failures in plain words.
import type { ConnectionState } from "../api/types";

export const STATES: Record<ConnectionState, { name: string; colour: string }> = {
  connecting: { name: "Connecting", colour: "blue" },
  waiting_for_tiktok: { name: "Waiting for TikTok", colour: "blue" },
  backfilling: { name: "Reading the past", colour: "blue" },
  synced: { name: "Synced", colour: "teal" },
  partly_synced: { name: "Partly synced", colour: "yellow" },
  missing_permissions: { name: "Missing permissions", colour: "yellow" },
  not_business: { name: "Not a Business account", colour: "yellow" },
  rate_limited: { name: "At TikTok's limit", colour: "yellow" },
  lost_access: { name: "Access lost", colour: "orange" },
  paused: { name: "Paused", colour: "gray" },
  disconnected: { name: "Disconnected", colour: "gray" },
};

export const CHECKS: Record<string, string> = {
  access: "Access",
  profile: "Profile",
  daily_figures: "Daily figures",
  posts: "Posts",
  post_insights: "Insights of posts",
};

export const LINK_STATES = { open: "Open", used: "Used", expired: "Expired", revoked: "Taken back" } as const;

/** "Synced 3 · Access lost 1", in the order of the states above. */
export function countsInWords(states: readonly ConnectionState[]): string {
  const told = (Object.keys(STATES) as ConnectionState[]).map((state) => [STATES[state].name, states.filter((one) => one === state).length] as const);
  return told
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(" · ");
}

/** Names in a sentence; beyond a few only how many more there are. */
export function listed(names: readonly string[], most = 6): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")} and ${more} more` : names.join(", ");
}

export interface FailureWords {
  title: string;
  detail: string;
}

const FAILURES: Record<string, FailureWords> = {
  denied: {
    title: "The account was not connected",
    detail: "Access was declined on TikTok's page, so nothing was stored. If that was a mistake, start again and choose Allow.",
  },
  expired: {
    title: "The connection took too long",
    detail: "TikTok's permission holds for ten minutes and has run out. Nothing was stored. Start again.",
  },
  state: {
    title: "This connection link is not valid any more",
    detail: "It was used before, is older than ten minutes, or was started elsewhere. Start again.",
  },
  browser: {
    title: "This connection was started in another browser",
    detail: "A connection must end in the browser it began in, so that nobody can finish it for you. Nothing was stored. Start again in this browser.",
  },
  exchange: {
    title: "TikTok did not hand over access",
    detail: "TikTok agreed, but refused or did not answer our request for access. Nothing was stored. Wait a minute, then start again.",
  },
};

export function failureInWords(reason: string | null): FailureWords {
  return (
    FAILURES[reason ?? ""] ?? {
      title: "The account was not connected",
      detail: "The connection ended without a known reason. Nothing was stored. Start again.",
    }
  );
}
