import { expect, it } from "vitest";
import type { WidgetAnswer } from "../api/types";
import { isEmpty, isolated, metricsOf, numbers, records } from "./table";

function answer(rows: (string | number | null)[][]): WidgetAnswer {
  const meta = { from: "2026-11-01", to: "2026-11-04", attribution: "activity", timezone: "UTC", as_of: null };
  return {
    widget: "video_views",
    columns: [
      { name: "day", type: "date", unit: null, role: "dimension" },
      { name: "video_views", type: "integer", unit: "views", role: "metric" },
    ],
    rows,
    totals: null,
    next_cursor: null,
    meta: { ...meta, complete_through: null, coverage: [], metric_version: 1, notes: [] },
  };
}

it("keeps null and zero apart", () => {
  const table = answer([["2026-11-01", 0], ["2026-11-02", null], ["2026-11-03", 5]]);
  expect(numbers(table, "video_views")).toEqual([0, null, 5]);
  expect(isEmpty(table, ["video_views"])).toBe(false);
});

it("is empty when every value is missing, not when every value is zero", () => {
  expect(isEmpty(answer([["2026-11-01", null]]), ["video_views"])).toBe(true);
  expect(isEmpty(answer([["2026-11-01", 0]]), ["video_views"])).toBe(false);
  expect(isEmpty(answer([]), ["video_views"])).toBe(true);
});

it("reads a column the answer does not have as missing", () => {
  expect(numbers(answer([["2026-11-01", 3]]), "followers")).toEqual([null]);
});

it("tells figures from what rows are told apart by", () => {
  expect(metricsOf(answer([]))).toEqual(["video_views"]);
});

it("turns rows into records", () => {
  expect(records(answer([["2026-11-01", null]]))).toEqual([{ day: "2026-11-01", video_views: null }]);
});

it("finds the values a line would not show", () => {
  expect([...isolated([1, null, 2, 3, null, 4])]).toEqual([0, 5]);
  expect([...isolated([null, null])]).toEqual([]);
});
