// The dashboard's range and accounts, kept in the page's address so that a view can be reloaded and shared.
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Day } from "../api/types";
import { type Range, endingBefore, isDay } from "../model/range";

/** What every widget is asked with. */
export interface Filters extends Range {
  accounts: string[];
}

export const PRESETS = [7, 28, 60] as const;
const DEFAULT = 28;

export interface Chosen {
  /** Days of the preset, or null for a range of one's own. */
  preset: number | null;
  range: Range;
  accounts: string[];
}

/** `tomorrow`: the day after today, as the server counts days. */
export function chosen(search: URLSearchParams, tomorrow: Day): Chosen {
  const accounts = (search.get("accounts") ?? "").split(",").filter((id) => id !== "");
  const [from, to] = [search.get("from"), search.get("to")];
  if (isDay(from) && isDay(to) && from < to) return { preset: null, range: { from, to }, accounts };
  const asked = Number(search.get("days"));
  const preset = PRESETS.find((days) => days === asked) ?? DEFAULT;
  return { preset, range: endingBefore(tomorrow, preset), accounts };
}

function entries(change: Partial<Record<"days" | "from" | "to" | "accounts", string>>, search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change)) {
    if (value === "") next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function useFilters(tomorrow: Day) {
  const [search, setSearch] = useSearchParams();
  const now = useMemo(() => chosen(search, tomorrow), [search, tomorrow]);
  const filters = useMemo<Filters>(() => ({ ...now.range, accounts: now.accounts }), [now]);
  const set = (change: Parameters<typeof entries>[0]): void => setSearch((old) => entries(change, old), { replace: true });
  return {
    preset: now.preset,
    filters,
    setPreset: (days: number) => set({ days: String(days), from: "", to: "" }),
    setRange: (range: Range) => set({ days: "", from: range.from, to: range.to }),
    setAccounts: (accounts: readonly string[]) => set({ accounts: accounts.join(",") }),
  };
}
