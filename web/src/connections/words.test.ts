import { expect, test } from "vitest";
import { countsInWords, failureInWords, listed } from "./words";

test("states are counted by name", () => {
  expect(countsInWords(["synced", "lost_access", "synced"])).toBe("Synced 2 · Access lost 1");
  expect(countsInWords([])).toBe("");
});

test("a few names are all told", () => {
  expect(listed(["a", "b"])).toBe("a, b");
  expect(listed(["a", "b", "c"], 3)).toBe("a, b, c");
});

test("of many names the rest is counted", () => {
  expect(listed(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
});

test("each reason of the callback has its own words", () => {
  const details = ["denied", "expired", "state", "browser", "exchange"].map((reason) => failureInWords(reason).detail);
  expect(new Set(details).size).toBe(details.length);
  expect(details).not.toContain(failureInWords("no such reason").detail);
});
