import { expect, it } from "vitest";
import { chosen } from "./filters";

const TOMORROW = "2026-11-23";
const at = (search: string) => chosen(new URLSearchParams(search), TOMORROW);

it("shows the last 28 days with today when nothing is asked", () => {
  expect(at("")).toEqual({ preset: 28, range: { from: "2026-10-26", to: "2026-11-23" }, accounts: [] });
});

it("takes a range of one's own, half-open", () => {
  expect(at("from=2026-11-01&to=2026-11-03").range).toEqual({ from: "2026-11-01", to: "2026-11-03" });
  expect(at("from=2026-11-01&to=2026-11-03&days=7").preset).toBeNull();
});

it.each(["from=2026-11-03&to=2026-11-01", "from=2026-02-30&to=2026-03-05", "days=9", "from=2026-11-01"])(
  "falls back to 28 days on %s",
  (search) => {
    expect(at(search).preset).toBe(28);
  },
);

it("reads the accounts", () => {
  expect(at("accounts=a,b,").accounts).toEqual(["a", "b"]);
});
