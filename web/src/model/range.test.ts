import { describe, expect, it } from "vitest";
import { addDays, contains, endingBefore, inclusive, isDay, lastDay, length } from "./range";

describe("days", () => {
  it.each(["2026-02-30", "2026-2-3", "yesterday", "", null, "2026-13-01"])("refuses %s", (text) => {
    expect(isDay(text)).toBe(false);
  });

  it("crosses a leap day and a change to summer time without losing a day", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-03-28", 2)).toBe("2026-03-30");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  });
});

describe("ranges", () => {
  it("are half-open: 28 days up to and including the 22nd end before the 23rd", () => {
    const range = endingBefore("2026-11-23", 28);
    expect(range).toEqual({ from: "2026-10-26", to: "2026-11-23" });
    expect(length(range)).toBe(28);
    expect(lastDay(range)).toBe("2026-11-22");
  });

  it("take picked days in either order and count both ends", () => {
    expect(inclusive("2026-11-05", "2026-11-01")).toEqual({ from: "2026-11-01", to: "2026-11-06" });
    expect(length(inclusive("2026-11-05", "2026-11-05"))).toBe(1);
  });

  it("contain the first day and not the end", () => {
    const range = { from: "2026-11-01", to: "2026-11-03" };
    expect(["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03"].map((day) => contains(range, day))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
