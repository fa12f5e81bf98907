import { describe, expect, it } from "vitest";
import type { Coverage } from "../api/types";
import { bands, bandsPerDay, reasons, shadePerDay, words } from "./coverage";

const DAYS = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"];

function entry(account: string, status: string, from: string, to: string, metrics = ["video_views"]): Coverage {
  return { account_id: account, metrics, from, to, status };
}

const VIEWS = ["video_views"];

describe("bands", () => {
  it("leave the end of a range out: [03, 05) concerns the 3rd and the 4th", () => {
    const found = bandsPerDay(DAYS, [entry("a", "provisional", "2026-11-03", "2026-11-05")], VIEWS);
    expect(found.map((day) => day.map((band) => band.status))).toEqual([[], [], ["provisional"], ["provisional"], []]);
  });

  it("join neighbouring days and name all accounts concerned once", () => {
    const coverage = [
      entry("b", "provisional", "2026-11-04", "2026-11-06"),
      entry("a", "provisional", "2026-11-04", "2026-11-06"),
      entry("a", "not_collected", "2026-11-01", "2026-11-02"),
    ];
    expect(bands(DAYS, coverage, VIEWS)).toEqual([
      { from: "2026-11-01", to: "2026-11-02", status: "not_collected", accounts: ["a"], metrics: VIEWS },
      { from: "2026-11-04", to: "2026-11-06", status: "provisional", accounts: ["a", "b"], metrics: VIEWS },
    ]);
  });

  it("keep every reason of a day: one does not hide the other", () => {
    const coverage = [
      entry("a", "provisional", "2026-11-04", "2026-11-06"),
      entry("b", "no_scope", "2026-11-01", "2026-11-06"),
    ];
    expect(bands(DAYS, coverage, VIEWS).map(({ status, from, to }) => [status, from, to])).toEqual([
      ["no_scope", "2026-11-01", "2026-11-06"],
      ["provisional", "2026-11-04", "2026-11-06"],
    ]);
  });

  it("say which of the metrics asked about they hold for", () => {
    const coverage = [entry("a", "not_business", "2026-11-01", "2026-11-02", ["new_followers", "reach"])];
    expect(bands(DAYS, coverage, ["followers", "new_followers"]).map(({ metrics }) => metrics)).toEqual([["new_followers"]]);
  });

  it("ignore final days and other metrics", () => {
    const coverage = [
      entry("a", "final", "2026-11-01", "2026-11-06"),
      entry("a", "not_business", "2026-11-01", "2026-11-06", ["new_followers"]),
    ];
    expect(bands(DAYS, coverage, VIEWS)).toEqual([]);
  });
});

function statuses(coverage: Coverage[], accounts: number): (string | null)[] {
  return shadePerDay(DAYS, coverage, VIEWS, accounts).map((band) => band?.status ?? null);
}

describe("shades", () => {
  it("show a missing figure before a provisional one, in any order of arrival", () => {
    const coverage = [
      entry("a", "provisional", "2026-11-05", "2026-11-06"),
      entry("b", "late", "2026-11-05", "2026-11-06"),
    ];
    expect(statuses(coverage, 2)).toEqual([null, null, null, null, "late"]);
    expect(statuses(coverage.toReversed(), 2)).toEqual([null, null, null, null, "late"]);
  });

  it("leave out what holds for one of two accounts every day, and keep it when it holds for all", () => {
    const coverage = [
      entry("a", "not_business", "2026-10-01", "2026-12-01"),
      entry("a", "provisional", "2026-11-05", "2026-11-06"),
    ];
    expect(statuses(coverage, 2)).toEqual([null, null, null, null, "provisional"]);
    expect(statuses(coverage, 1)).toEqual(DAYS.map(() => "not_business"));
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
