// Accounts in words.
import type { Account } from "../api/types";

export function nameOf(account: Pick<Account, "username" | "display_name">): string {
  if (account.username !== null && account.username !== "") return `@${account.username.replace(/^@/, "")}`;
  return account.display_name ?? "unnamed account";
}

const NAMED = 2;

/** " for @a and @b", " for 5 of 9 accounts", or nothing when all are meant. */
export function whose(concerned: readonly string[], all: readonly Account[]): string {
  if (concerned.length >= all.length) return "";
  const names = concerned.map((id) => all.find((account) => account.account_id === id)).filter((found) => found !== undefined);
  if (names.length !== concerned.length || names.length > NAMED) return ` for ${concerned.length} of ${all.length} accounts`;
  return ` for ${names.map(nameOf).join(" and ")}`;
}
