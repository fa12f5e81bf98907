// What a person sees of their own account: notices, sessions, the second factor, early access.

export interface Notice {
  notice_id: string;
  kind: string;
  title: string;
  paragraphs: string[];
  place: string | null;
  action: string;
  created_at: string;
  read_at: string | null;
}

export interface NoticeList {
  notices: Notice[];
  unread: number;
  next_cursor: string | null;
}

export interface OneSession {
  session_id: string;
  device: string;
  started_at: string | null;
  last_used_at: string;
  current: boolean;
}

export interface FactorState {
  enabled: boolean;
  recovery_codes_left: number;
}

export interface Enrolment {
  secret: string;
  otpauth_uri: string;
}

export type RequestStatus = "requested" | "approved" | "denied" | "revoked";

export interface AccessRequest {
  request_id: string;
  name: string;
  company: string;
  email: string;
  handle: string;
  reason: string;
  status: RequestStatus;
  requested_at: string;
  decided_at: string | null;
  decision_reason: string;
}
