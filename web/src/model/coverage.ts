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
  provisional: { weight: "open", name: "Provisional", meaning: "TikTok finishes a day within 48 hours: figures may still be missing or change" },
  estimated: { weight: "noted", name: "Estimated", meaning: "growth over a gap, spread over its days" },
  frozen: { weight: "noted", name: "Frozen", meaning: "TikTok stops updating posts after 365 days" },
  imported: { weight: "noted", name: "Imported", meaning: "from an imported TikTok Studio file" },
};
const ORDER = Object.keys(STATUSES);

export function words(status: string): StatusWords {
  return STATUSES[status] ?? { weight: "noted", name: status.replaceAll("_", " "), meaning: "see the notes of this figure" };
}

/** One reason, its days and the accounts it holds for. */
export interface Band extends Range {
  status: string;
  accounts: readonly string[];
  /** Those of the metrics asked about that it holds for. */
  metrics: readonly string[];
}

function concerns(coverage: Coverage, metrics: readonly string[]): boolean {
  return coverage.status !== "final" && metrics.some((metric) => holdsFor(metric)(coverage));
}

function rank(status: string): number {
  const place = ORDER.indexOf(status);
  return place < 0 ? ORDER.length : place;
}

function bandsOf(day: Day, coverage: readonly Coverage[], metrics: readonly string[]): Band[] {
  const here = coverage.filter((entry) => contains(entry, day));
  const statuses = [...new Set(here.map(({ status }) => status))].toSorted((a, b) => rank(a) - rank(b));
  return statuses.map((status) => {
    const entries = here.filter((entry) => entry.status === status);
    const accounts = [...new Set(entries.map(({ account_id }) => account_id))].toSorted();
    return { from: day, to: addDays(day, 1), status, accounts, metrics: metrics.filter((metric) => entries.some(holdsFor(metric))) };
  });
}

function holdsFor(metric: string): (entry: Coverage) => boolean {
  return (entry) => entry.metrics.length === 0 || entry.metrics.includes(metric);
}

/** For each day all reasons why these metrics are not final, most important first. */
export function bandsPerDay(days: readonly Day[], coverage: readonly Coverage[], metrics: readonly string[]): Band[][] {
  const relevant = coverage.filter((entry) => concerns(entry, metrics));
  return days.map((day) => bandsOf(day, relevant, metrics));
}

/** Each reason with its neighbouring days as one band, in order of the first day. */
export function bands(days: readonly Day[], coverage: readonly Coverage[], metrics: readonly string[]): Band[] {
  const merged: Band[] = [];
  for (const band of bandsPerDay(days, coverage, metrics).flat()) {
    const before = merged.find((known) => known.to === band.from && same(known, band));
    if (before === undefined) merged.push({ ...band });
    else before.to = band.to;
  }
  return merged;
}

function same(one: Band, other: Band): boolean {
  return [one.status, one.accounts, one.metrics].join() === [other.status, other.accounts, other.metrics].join();
}

/**
 * The reason a day is shaded for, if any. What holds for some of the accounts on every day of the chart (a personal
 * account among Business ones) is said in words only: shading all of it would hide what differs between days.
 */
export function shadePerDay(
  days: readonly Day[],
  coverage: readonly Coverage[],
  metrics: readonly string[],
  accounts: number,
): (Band | null)[] {
  const steady = bands(days, coverage, metrics).filter((band) => isSteady(band, days, accounts));
  return bandsPerDay(days, coverage, metrics).map(
    (found) => found.find((band) => !steady.some((everyDay) => same(everyDay, band))) ?? null,
  );
}

export function isSteady(band: Band, days: readonly Day[], accounts: number): boolean {
  const last = days.at(-1);
  return band.accounts.length < accounts && band.from === days[0] && last !== undefined && band.to === addDays(last, 1);
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
