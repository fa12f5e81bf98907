// An answer's rows by column name: charts and tables never count columns.
import type { Cell, Column, Day, WidgetAnswer } from "../api/types";

export function column(answer: WidgetAnswer, name: string): Column {
  return answer.columns.find((candidate) => candidate.name === name) ?? { name, type: "string", unit: null, role: "metric" };
}

/** Names of the columns that are figures, in order. */
export function metricsOf(answer: WidgetAnswer): string[] {
  return answer.columns.filter(({ role }) => role === "metric").map(({ name }) => name);
}

export function values(answer: WidgetAnswer, name: string): Cell[] {
  const place = answer.columns.findIndex((candidate) => candidate.name === name);
  return answer.rows.map((row) => row[place] ?? null);
}

export function numbers(answer: WidgetAnswer, name: string): (number | null)[] {
  return values(answer, name).map((value) => (typeof value === "number" ? value : null));
}

export function days(answer: WidgetAnswer): Day[] {
  return values(answer, "day").map((value) => String(value).slice(0, 10));
}

/** A row as an object; what the answer does not have is null. */
export function records(answer: WidgetAnswer): Record<string, Cell>[] {
  const names = answer.columns.map((each) => each.name);
  return answer.rows.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place] ?? null])));
}

export function isEmpty(answer: WidgetAnswer, metrics: readonly string[]): boolean {
  return metrics.every((name) => numbers(answer, name).every((value) => value === null));
}

/** Places whose both neighbours are missing: a line through them would be invisible without a dot. */
export function isolated(series: readonly (number | null)[]): Set<number> {
  const alone = series.flatMap((value, place) =>
    value !== null && (series[place - 1] ?? null) === null && (series[place + 1] ?? null) === null ? [place] : [],
  );
  return new Set(alone);
}
