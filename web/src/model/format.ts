// Values to texts, by unit, with Intl. A missing value is a dash, never a zero.
import type { Cell, Day } from "../api/types";
import { type Range, lastDay, timeOf } from "./range";

export const MISSING = "–";

/** The page is in English: of the reader's languages take the first English one, for separators and order of dates. */
function locale(): string {
  const languages = typeof navigator === "undefined" ? [] : (navigator.languages ?? []);
  return languages.find((language) => language.startsWith("en")) ?? "en-GB";
}

const LOCALE = locale();
const WHOLE = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const SIGNED = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0, signDisplay: "exceptZero" });
const SHARE = new Intl.NumberFormat(LOCALE, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const FRACTION = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const PLAIN = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const DAY = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: "UTC" });
const SHORT_DAY = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: "UTC" });
const WEEKDAY = new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const INSTANT = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

export const whole = (value: number): string => WHOLE.format(value);
export const short = (value: number): string => SHORT.format(value);
export const signed = (value: number): string => SIGNED.format(value);
export const share = (fraction: number): string => SHARE.format(fraction);

/** Long times in hours and minutes, short ones in seconds: 754,211 s is not readable, 209 h 30 min is. */
export function seconds(value: number): string {
  if (value < 60) return `${FRACTION.format(value)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`.replace(" 60 s", " 59 s");
  return `${WHOLE.format(Math.floor(value / 3600))} h ${Math.floor((value % 3600) / 60)} min`;
}

const plain = (value: number): string => PLAIN.format(value);
const percent = (value: number): string => share(value / 100);

const BY_UNIT: Record<string, (value: number) => string> = {
  seconds,
  share,
  percent,
  number: plain,
};

export function number(value: number, unit: string | null): string {
  return (BY_UNIT[unit ?? ""] ?? whole)(value);
}

export function cell(value: Cell | undefined, unit: string | null): string {
  if (value === null || value === undefined) return MISSING;
  return typeof value === "number" ? number(value, unit) : String(value);
}

export const day = (value: Day): string => DAY.format(timeOf(value));
export const shortDay = (value: Day): string => SHORT_DAY.format(timeOf(value));
export const longDay = (value: Day): string => WEEKDAY.format(timeOf(value));

/** Both ends included, as people say it. */
export function range(value: Range): string {
  return DAY.formatRange(timeOf(value.from), timeOf(lastDay(value)));
}

export function shortRange(value: Range): string {
  return SHORT_DAY.formatRange(timeOf(value.from), timeOf(lastDay(value)));
}

/** A time of the API, ISO 8601 with or without its zone (then UTC), said in UTC without saying so. */
export function moment(value: string): string {
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(value) ? value : `${value.replace(" ", "T")}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? value : INSTANT.format(time);
}

export const instant = (value: string): string => `${moment(value)} UTC`;
