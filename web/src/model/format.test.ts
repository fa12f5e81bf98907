import { describe, expect, it, vi } from "vitest";
import { MISSING, cell, instant, range, seconds, signed } from "./format";

// Newer versions of Node have a navigator of their own: the tests must not depend on its language.
vi.hoisted(() => vi.stubGlobal("navigator", { languages: ["de", "en-GB"] }));

describe("cells", () => {
  it("show a missing value as a dash and zero as zero", () => {
    expect(cell(null, "views")).toBe(MISSING);
    expect(cell(undefined, "views")).toBe(MISSING);
    expect(cell(0, "views")).toBe("0");
  });

  it("format by unit", () => {
    expect(cell(1234567, "views")).toBe("1,234,567");
    expect(cell(0.4567, "share")).toBe("45.7%");
    expect(cell(45.67, "percent")).toBe("45.7%");
    expect(cell(1234.567, "number")).toBe("1,234.57");
    expect(cell(12.34, "seconds")).toBe("12.3 s");
    expect(cell("@a", null)).toBe("@a");
  });
});

it.each([
  [0, "0.0 s"],
  [61, "1 min 1 s"],
  [119.9, "1 min 59 s"],
  [754_211, "209 h 30 min"],
])("writes %d seconds as %s", (value, text) => {
  expect(seconds(value)).toBe(text);
});

it("shows the sign of a change, and none for zero", () => {
  expect([signed(5), signed(-5), signed(0)]).toEqual(["+5", "-5", "0"]);
});

it("shows a half-open range with its last day", () => {
  expect(range({ from: "2026-11-01", to: "2026-11-29" })).toMatch(/^1\s*–\s*28 Nov 2026$/);
});

it("reads times with and without a zone as UTC", () => {
  expect(instant("2026-11-22T10:31:00Z")).toBe("22 Nov 2026, 10:31 UTC");
  expect(instant("2026-11-22T11:31:00+01:00")).toBe("22 Nov 2026, 10:31 UTC");
  expect(instant("2026-11-22 10:31:00.123")).toBe("22 Nov 2026, 10:31 UTC");
});
