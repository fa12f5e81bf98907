// Roles, keys and audit entries in plain words, and who may do what to whom.
import type { ApiKey, AuditEntry, KeyScope, Me, Member, Role } from "../api/types";

export const ROLES: Record<Role, { name: string; meaning: string }> = {
  owner: { name: "Owner", meaning: "Everything, and who else is an owner" },
  admin: { name: "Admin", meaning: "Members, API keys, settings and the audit log" },
  analyst: { name: "Analyst", meaning: "Figures, and connecting accounts" },
  viewer: { name: "Viewer", meaning: "Figures only" },
};

export const SCOPES: Record<KeyScope, string> = {
  read: "Read figures",
  export: "Export figures",
  manage: "Manage labels, plans and dashboards",
};

export const KEY_STATES: Record<ApiKey["state"], { name: string; colour: string }> = {
  active: { name: "Active", colour: "teal" },
  expired: { name: "Expired", colour: "gray" },
  revoked: { name: "Revoked", colour: "red" },
};

/** The roles that `me` may give; an admin makes no owners. */
export function roles(me: Pick<Me, "permissions">): Role[] {
  if (!me.permissions.includes("manage_members")) return [];
  const all: Role[] = ["owner", "admin", "analyst", "viewer"];
  return me.permissions.includes("manage_owners") ? all : all.slice(1);
}

/** Whether `me` may change or remove the member: an owner only by an owner. */
export function mayManage(me: Pick<Me, "permissions">, member: Pick<Member, "role">): boolean {
  return roles(me).includes(member.role);
}

/** Owners and admins have all accounts. */
export function hasAllowList(role: Role): boolean {
  return role === "analyst" || role === "viewer";
}

export function accountsInWords(accounts: readonly string[] | null): string {
  if (accounts === null) return "All accounts";
  if (accounts.length === 0) return "No account";
  return accounts.length === 1 ? "1 account" : `${accounts.length} accounts`;
}

export function keyInWords(key: Pick<ApiKey, "state" | "replaced_by">): string {
  const { name } = KEY_STATES[key.state];
  return key.replaced_by !== null && key.state === "active" ? "Active until it ends, replaced by a newer key" : name;
}

export const ACTIONS: Record<string, string> = {
  signed_in: "signed in",
  sign_in_refused: "was refused to sign in",
  signed_out: "signed out",
  session_ended: "ended a session",
  session_switched: "switched to this workspace",
  password_changed: "changed the password",
  second_factor_changed: "changed the second factor",
  workspace_created: "created the workspace",
  workspace_changed: "changed the workspace",
  member_invited: "invited",
  invitation_revoked: "revoked an invitation",
  member_joined: "joined",
  member_changed: "changed a member",
  member_removed: "removed a member",
  member_left: "left",
  ownership_transferred: "handed ownership over",
  user_deleted: "deleted their user",
  key_created: "made an API key",
  key_rotated: "rotated an API key",
  key_revoked: "revoked an API key",
  account_connected: "connected an account",
  account_reconnected: "connected an account anew",
  account_disconnected: "disconnected an account",
  connect_link_created: "made a connect link",
  connect_link_revoked: "revoked a connect link",
  early_access_decided: "decided on early access",
  policy_changed: "changed a policy",
  erasure_requested: "asked for an erasure",
};

/** `user:<id>` by the member's address, others as they are. */
export function nameOf(reference: string | null, members: readonly Member[]): string {
  const [kind, id] = (reference ?? "").split(":");
  if (kind !== "user") return reference ?? "";
  return members.find(({ user_id }) => user_id === id)?.email ?? "a former member";
}

export function detailsInWords(entry: Pick<AuditEntry, "details">): string {
  return Object.entries(entry.details)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${value}`)
    .join(", ");
}

/** The moment `days` from `now`, as the API takes it; null is never. */
export function expiry(days: number | null, now: number): string | null {
  return days === null ? null : new Date(now + days * 86_400_000).toISOString();
}

/** The secret that the mail's link carries behind its #, which no server sees. */
export function secretOf(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, ""));
  } catch {
    // A link cut short in its last escape opens nothing anyway.
    return "";
  }
}
