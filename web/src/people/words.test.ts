import { describe, expect, it } from "vitest";
import contract from "../../../contracts/openapi/auth-service.json";
import type { Member } from "../api/types";
import { ACTIONS, accountsInWords, detailsInWords, expiry, hasAllowList, keyInWords, mayManage, nameOf, roles, secretOf } from "./words";

const owner = { permissions: ["manage_members", "manage_owners"] };
const admin = { permissions: ["manage_members"] };
const viewer = { permissions: ["see_members"] };

describe("who may do what to whom", () => {
  it("lets an owner give every role, an admin every other, and nobody else any", () => {
    expect(roles(owner)).toEqual(["owner", "admin", "analyst", "viewer"]);
    expect(roles(admin)).toEqual(["admin", "analyst", "viewer"]);
    expect(roles(viewer)).toEqual([]);
  });

  it("keeps owners from admins", () => {
    expect(mayManage(admin, { role: "owner" })).toBe(false);
    expect(mayManage(admin, { role: "admin" })).toBe(true);
    expect(mayManage(owner, { role: "owner" })).toBe(true);
    expect(mayManage(viewer, { role: "viewer" })).toBe(false);
  });

  it("has allow-lists for those who do not administer", () => {
    expect((["owner", "admin", "analyst", "viewer"] as const).filter(hasAllowList)).toEqual(["analyst", "viewer"]);
  });
});

it.each([
  [null, "All accounts"],
  [[], "No account"],
  [["a"], "1 account"],
  [["a", "b"], "2 accounts"],
])("says %j as %s", (accounts, words) => {
  expect(accountsInWords(accounts)).toBe(words);
});

it("says of a rotated key that it still works", () => {
  expect(keyInWords({ state: "active", replaced_by: null })).toBe("Active");
  expect(keyInWords({ state: "active", replaced_by: "k2" })).toContain("replaced");
  expect(keyInWords({ state: "expired", replaced_by: "k2" })).toBe("Expired");
});

it("has words for every action the API names", () => {
  expect(Object.keys(ACTIONS).toSorted()).toEqual(contract.components.schemas.AuditAction.enum.toSorted());
});

it("names people by their address, also those who are gone", () => {
  const members = [{ user_id: "u1", email: "ada@example.test" }] as Member[];
  expect(nameOf("user:u1", members)).toBe("ada@example.test");
  expect(nameOf("user:u2", members)).toBe("a former member");
  expect(nameOf("key:k1", members)).toBe("key:k1");
  expect(nameOf("system", members)).toBe("system");
  expect(nameOf(null, members)).toBe("");
});

it("says details without the empty ones", () => {
  expect(detailsInWords({ details: { role: "viewer -> admin", username: "", replaced_by: "k2" } })).toBe("role: viewer -> admin, replaced by: k2");
});

it("counts an expiry from now", () => {
  expect(expiry(null, 0)).toBeNull();
  expect(expiry(30, Date.UTC(2026, 0, 1))).toBe("2026-01-31T00:00:00.000Z");
});

it("takes the secret from behind the #", () => {
  expect(secretOf("#a-b_c")).toBe("a-b_c");
  expect(secretOf("#a%2Bb")).toBe("a+b");
  expect(secretOf("")).toBe("");
  expect(secretOf("#%E0%A4")).toBe("");
});
