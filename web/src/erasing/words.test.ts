import { describe, expect, it } from "vitest";
import contract from "../../../contracts/openapi/auth-service.json";
import type { Receipt } from "../api/erasures";
import { OUTCOMES, STORES, accountsInWords, stepInWords } from "./words";

const { Store, Outcome } = contract.components.schemas;

function stores(ingestor: "waiting" | "erased"): Receipt["stores"] {
  return [
    { store: "auth", outcome: "waiting", completed_at: null },
    { store: "ingestor", outcome: ingestor, completed_at: null },
    { store: "query", outcome: "nothing_kept", completed_at: null },
  ];
}

describe("a receipt", () => {
  it("has a word for every store and outcome of the API", () => {
    expect(Object.keys(STORES).toSorted()).toEqual(Store.enum.toSorted());
    expect(Object.keys(OUTCOMES).toSorted()).toEqual(Outcome.enum.toSorted());
  });

  it("says which step it is at", () => {
    const open = { erased_at: null, done_at: null, stores: stores("waiting") };
    expect(stepInWords(open)).toBe("Collecting is being stopped");
    const named = { ...open, erased_at: "2026-03-10T12:00:00Z" };
    expect(stepInWords(named)).toBe("Waiting for: Collection");
    expect(stepInWords({ ...named, stores: stores("erased") })).toContain("given back at TikTok");
    expect(stepInWords({ ...named, done_at: "2026-03-10T12:01:00Z" })).toBe("Done");
  });

  it("says of what it is", () => {
    expect(accountsInWords({ whole_workspace: false, accounts: ["a"] })).toBe("An account");
    expect(accountsInWords({ whole_workspace: true, accounts: [] })).toBe("The whole workspace");
    expect(accountsInWords({ whole_workspace: true, accounts: ["a"] })).toBe("The whole workspace with 1 account");
  });
});
