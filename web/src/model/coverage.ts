// Which days of a widget are not final, why, and for whom: from the ranges of an answer to bands and words.
import type { Coverage, Day } from "../api/types";
import { type Range, addDays, contains } from "./range";

/** `missing`: no figure is expected. `open`: there is one, and it may change. `noted`: there is one, of another make. */
export type Weight = "missing" | "open" | "noted";

export interface StatusWords {
  weight: Weight;
  name: string;
  meaning: string;
}

// In order of what a reader must know first; a day takes the first that applies to it.
const STATUSES: Record<string, StatusWords> = {
  lost_access: { weight: "missing", name: "Access lost", meaning: "TikTok no longer lets us read this account: reconnect it" },
  no_scope: { weight: "missing", name: "Permission missing", meaning: "the account's owner did not grant this permission" },
  not_business: { weight: "missing", name: "Personal account", meaning: "TikTok gives this only to Business accounts" },
  below_threshold: { weight: "missing", name: "Below TikTok's threshold", meaning: "TikTok gives this from 100 followers on" },
  source_limit: { weight: "missing", name: "Before TikTok's limit", meaning: "TikTok gives no figures this far back" },
  not_collected: { weight: "missing", name: "Not collected", meaning: "no figures were collected for these days" },
  gone: { weight: "missing", name: "Gone", meaning: "the post is no longer listed by TikTok" },
  inactive_post: { weight: "missing", name: "Paused by TikTok", meaning: "TikTok stops giving figures of quiet posts for a while" },
  paused: { weight: "missing", name: "Paused", meaning: "TikTok pauses this figure for quiet posts" },
  late: { weight: "missing", name: "Late", meaning: "TikTok has not given these days yet, longer than usual" },
  ambiguous: { weight: "missing", name: "Ambiguous", meaning: "TikTok's two follower series contradict each other here" },
  provisional: { weight: "open", name: "Provisional", meaning: "TikTok finishes a day within 48 hours: these may still change" },
  estimated: { weight: "noted", name: "Estimated", meaning: "growth over a gap, spread over its days" },
  frozen: { weight: "noted", name: "Frozen", meaning: "TikTok stops updating posts after 365 days" },
  imported: { weight: "noted", name: "Imported", meaning: "from an imported TikTok Studio file" },
};
const ORDER = Object.keys(STATUSES);

export function words(status: string): StatusWords {
  return STATUSES[status] ?? { weight: "noted", name: status.replaceAll("_", " "), meaning: "see the notes of this figure" };
}

export interface Band extends Range {
  status: string;
  accounts: readonly string[];
}

function concerns(coverage: Coverage, metrics: readonly string[]): boolean {
  return coverage.status !== "final" && (coverage.metrics.length === 0 || coverage.metrics.some((m) => metrics.includes(m)));
}

function rank(status: string): number {
  const place = ORDER.indexOf(status);
  return place < 0 ? ORDER.length : place;
}

function bandOf(day: Day, coverage: readonly Coverage[]): Band | null {
  const here = coverage.filter((entry) => contains(entry, day)).toSorted((a, b) => rank(a.status) - rank(b.status));
  const status = here[0]?.status;
  if (status === undefined) return null;
  const accounts = here.filter((entry) => entry.status === status).map((entry) => entry.account_id);
  return { from: day, to: addDays(day, 1), status, accounts: [...new Set(accounts)].toSorted() };
}

/** One entry per day, null where all is final for these metrics. */
export function bandPerDay(days: readonly Day[], coverage: readonly Coverage[], metrics: readonly string[]): (Band | null)[] {
  const relevant = coverage.filter((entry) => concerns(entry, metrics));
  return days.map((day) => bandOf(day, relevant));
}

/** Neighbouring days of the same status and accounts as one band. */
export function bands(days: readonly Day[], coverage: readonly Coverage[], metrics: readonly string[]): Band[] {
  const merged: Band[] = [];
  for (const band of bandPerDay(days, coverage, metrics)) {
    const last = merged.at(-1);
    if (band === null) continue;
    if (last !== undefined && last.to === band.from && same(last, band)) last.to = band.to;
    else merged.push({ ...band });
  }
  return merged;
}

function same(one: Band, other: Band): boolean {
  return one.status === other.status && one.accounts.join() === other.accounts.join();
}

export interface Reason {
  status: string;
  accounts: readonly string[];
  /** The outer days, half-open: there may be final days between. */
  first: Day;
  to: Day;
}

/** Every reason named in an answer once, most important first: for empty widgets and tables of posts. */
export function reasons(coverage: readonly Coverage[], metrics: readonly string[]): Reason[] {
  const found = new Map<string, Reason>();
  for (const entry of coverage.filter((candidate) => concerns(candidate, metrics))) {
    const known = found.get(entry.status);
    found.set(entry.status, {
      status: entry.status,
      accounts: [...new Set([...(known?.accounts ?? []), entry.account_id])].toSorted(),
      first: known !== undefined && known.first < entry.from ? known.first : entry.from,
      to: known !== undefined && known.to > entry.to ? known.to : entry.to,
    });
  }
  return [...found.values()].toSorted((a, b) => rank(a.status) - rank(b.status));
}
