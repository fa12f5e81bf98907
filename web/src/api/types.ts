// What the two public APIs answer, as the page uses it. One place: a change of an answer starts here.

/** A calendar day, YYYY-MM-DD, in UTC. */
export type Day = string;

export type Cell = string | number | boolean | null;

export interface Column {
  name: string;
  type: string;
  unit: string | null;
  role: "dimension" | "metric";
}

/** Where figures are not (yet) final, and why. Days are half-open: `to` is not part of it. */
export interface Coverage {
  account_id: string;
  metrics: string[];
  from: Day;
  to: Day;
  status: string;
}

export interface WidgetMeta {
  from: Day;
  to: Day;
  attribution: string;
  timezone: string;
  as_of: string | null;
  complete_through: Day | null;
  coverage: Coverage[];
  metric_version: string | number | null;
  notes: string[];
}

export interface WidgetAnswer {
  widget: string;
  columns: Column[];
  rows: Cell[][];
  totals: Record<string, number | null> | null;
  next_cursor: string | null;
  meta: WidgetMeta;
}

export type AccountStatus = "connected" | "lost_access" | "disconnected" | "erased";

export interface Account {
  account_id: string;
  channel: string;
  username: string | null;
  display_name: string | null;
  avatar_url: string | null;
  is_business_account: boolean | null;
  status: AccountStatus;
  connected_at: string | null;
}

export type ConnectionState =
  | "connecting"
  | "waiting_for_tiktok"
  | "backfilling"
  | "synced"
  | "partly_synced"
  | "missing_permissions"
  | "not_business"
  | "rate_limited"
  | "lost_access"
  | "paused"
  | "disconnected";

/** How a connection stands. Moments are TikTok's, which a simulation may move. */
export interface Standing {
  name: ConnectionState;
  since: string;
  reason: string | null;
  next_step: { action: "none" | "wait" | "reconnect" | "resume" | "switch_to_business" | "connect"; text: string };
  last_profile_at: string | null;
  last_listing_at: string | null;
  next_due: string | null;
}

export interface Named {
  slug: string;
  name: string;
}

/** What stays empty under a partial consent. */
export interface Lost {
  scopes: { scope: string; meaning: string }[];
  metrics: Named[];
  widgets: Named[];
}

export interface Connection extends Account {
  state: Standing;
  scopes: string[];
  missing_scopes: string[];
  lost: Lost;
}

export interface ConnectionCheck {
  name: string;
  /** Null: the owner did not permit to ask. */
  works: boolean | null;
  detail: string;
}

export interface ConnectLink {
  link_id: string;
  note: string;
  state: "open" | "used" | "expired" | "revoked";
  created_at: string;
  expires_at: string;
  account_id: string | null;
}

/** What the owner of an account is asked for through a link. */
export interface Offer {
  workspace_name: string;
  asks: { scope: string; meaning: string }[];
  expires_at: string;
}

export interface PendingConnection {
  pending_id: string;
  username: string | null;
  display_name: string | null;
  avatar_url: string | null;
  is_business_account: boolean | null;
  missing_scopes: string[];
  lost: Lost;
  arrival: "new" | "returned" | "again" | "unexpected";
  /** What to do when it is not the account that was meant. */
  advice: string | null;
  /** Why it cannot be kept here. */
  refusal: string | null;
  already_connected: boolean;
}

export interface SessionAnswer {
  access_token: string;
  token_type: "Bearer";
  /** Seconds. */
  expires_in: number;
  workspace_id: string;
}

export type Role = "owner" | "admin" | "analyst" | "viewer";

export interface Me {
  user_id: string;
  email: string;
  /** Without one the person signs in with the provider alone. */
  has_password: boolean;
  workspace_id: string;
  role: Role;
  /** Null is all. */
  accounts: string[] | null;
  permissions: string[];
}

export type WeekStart = "monday" | "saturday" | "sunday";

export interface Workspace {
  workspace_id: string;
  name: string;
  timezone: string;
  week_start: WeekStart;
  role: Role;
  created_at: string;
}

export interface Member {
  user_id: string;
  email: string | null;
  role: Role;
  accounts: string[] | null;
  joined_at: string | null;
}

export interface Invitation {
  invitation_id: string;
  email: string;
  role: Role;
  accounts: string[] | null;
  invited_by: string;
  created_at: string;
  expires_at: string;
}

export interface SeenInvitation {
  workspace_name: string;
  email: string;
  role: Role;
  expires_at: string;
  /** Whether the address can sign in already. */
  known: boolean;
}

export type KeyScope = "read" | "export" | "manage";

export interface ApiKey {
  key_id: string;
  name: string;
  scopes: KeyScope[];
  accounts: string[] | null;
  state: "active" | "expired" | "revoked";
  expires_at: string | null;
  replaced_by: string | null;
  created_by: string | null;
  created_at: string;
  last_used_at: string | null;
}

export interface MadeKey {
  key: ApiKey;
  /** Shown this once. */
  api_key: string;
}

export interface AuditEntry {
  number: number;
  entry_id: string;
  at: string;
  actor: string;
  action: string;
  subject: string | null;
  details: Record<string, string>;
}

export interface AuditPage {
  entries: AuditEntry[];
  next_cursor: string | null;
}

export interface AuditIntegrity {
  whole: boolean;
  entries: number;
  digest: string | null;
  broken_at: number | null;
}

/** RFC 9457. */
export interface ProblemDocument {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
}
