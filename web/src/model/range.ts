// Day arithmetic on UTC calendar days. Ranges are half-open, as on the wire; only texts show the last day.
import type { Day } from "../api/types";

export interface Range {
  from: Day;
  to: Day;
}

const DAY_MS = 86_400_000;
const SHAPE = /^\d{4}-\d{2}-\d{2}$/;

export function isDay(text: string | null | undefined): text is Day {
  if (text === null || text === undefined || !SHAPE.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // Date.parse turns 30 February into 2 March: only a day that survives the round trip exists.
  return !Number.isNaN(time) && dayOf(time) === text;
}

export function timeOf(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function dayOf(time: number): Day {
  return new Date(time).toISOString().slice(0, 10);
}

export function addDays(day: Day, count: number): Day {
  return dayOf(timeOf(day) + count * DAY_MS);
}

export function length(range: Range): number {
  return Math.round((timeOf(range.to) - timeOf(range.from)) / DAY_MS);
}

export function lastDay(range: Range): Day {
  return addDays(range.to, -1);
}

/** The `count` days that end with the day before `to`. */
export function endingBefore(to: Day, count: number): Range {
  return { from: addDays(to, -count), to };
}

/** From the first and last day a person picked, in either order. */
export function inclusive(one: Day, other: Day): Range {
  const [from, last] = one <= other ? [one, other] : [other, one];
  return { from, to: addDays(last, 1) };
}

export function contains(range: Range, day: Day): boolean {
  return range.from <= day && day < range.to;
}
