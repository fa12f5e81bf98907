import { describe, expect, it } from "vitest";
import type { Coverage } from "../api/types";
import { bandPerDay, bands, reasons, words } from "./coverage";

const DAYS = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"];

function entry(account: string, status: string, from: string, to: string, metrics = ["video_views"]): Coverage {
  return { account_id: account, metrics, from, to, status };
}

describe("bands", () => {
  it("leave the end of a range out: [03, 05) shades the 3rd and the 4th", () => {
    const statuses = bandPerDay(DAYS, [entry("a", "provisional", "2026-11-03", "2026-11-05")], ["video_views"]);
    expect(statuses.map((band) => band?.status ?? null)).toEqual([null, null, "provisional", "provisional", null]);
  });

  it("join neighbouring days and name all accounts concerned once", () => {
    const coverage = [
      entry("b", "provisional", "2026-11-04", "2026-11-06"),
      entry("a", "provisional", "2026-11-04", "2026-11-06"),
      entry("a", "not_collected", "2026-11-01", "2026-11-02"),
    ];
    expect(bands(DAYS, coverage, ["video_views"])).toEqual([
      { from: "2026-11-01", to: "2026-11-02", status: "not_collected", accounts: ["a"] },
      { from: "2026-11-04", to: "2026-11-06", status: "provisional", accounts: ["a", "b"] },
    ]);
  });

  it("show a missing figure before a provisional one, in any order of arrival", () => {
    const coverage = [
      entry("a", "provisional", "2026-11-05", "2026-11-06"),
      entry("b", "late", "2026-11-05", "2026-11-06"),
    ];
    expect(bands(DAYS, coverage, ["video_views"])[0]?.status).toBe("late");
    expect(bands(DAYS, coverage.toReversed(), ["video_views"])[0]?.status).toBe("late");
  });

  it("ignore final days and other metrics", () => {
    const coverage = [
      entry("a", "final", "2026-11-01", "2026-11-06"),
      entry("a", "not_business", "2026-11-01", "2026-11-06", ["new_followers"]),
    ];
    expect(bands(DAYS, coverage, ["video_views"])).toEqual([]);
  });
});

describe("reasons", () => {
  it("name each status once with all its accounts and outer days", () => {
    const coverage = [
      entry("a", "not_collected", "2026-11-03", "2026-11-04"),
      entry("b", "not_collected", "2026-11-01", "2026-11-02"),
      entry("b", "no_scope", "2026-11-01", "2026-11-06"),
    ];
    expect(reasons(coverage, ["video_views"])).toEqual([
      { status: "no_scope", accounts: ["b"], first: "2026-11-01", to: "2026-11-06" },
      { status: "not_collected", accounts: ["a", "b"], first: "2026-11-01", to: "2026-11-04" },
    ]);
  });
});

it("has words for a status it does not know", () => {
  expect(words("below_moon").name).toBe("below moon");
});
