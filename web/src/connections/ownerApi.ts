// What the owner of an account asks without signing in: the link, and the browser's cookie, say who it is.
import { jsonBody } from "../api/client";
import { UNREACHABLE, problemOf } from "../api/problem";
import type { Offer, PendingConnection } from "../api/types";

const LINKS = "/auth/v1/connect-links";

export interface OwnersPending extends PendingConnection {
  workspace_name: string;
}

export interface Kept {
  username: string | null;
  workspace_name: string;
}

export async function offer(token: string): Promise<Offer> {
  return (await asked("/look", "POST", { token })).json() as Promise<Offer>;
}

export async function start(token: string): Promise<string> {
  const answer = await asked("/start", "POST", { token });
  return ((await answer.json()) as { authorize_url: string }).authorize_url;
}

export async function pending(id: string): Promise<OwnersPending> {
  return (await asked(pendingPath(id), "GET")).json() as Promise<OwnersPending>;
}

export async function keep(id: string): Promise<Kept> {
  return (await asked(`${pendingPath(id)}/confirm`, "POST")).json() as Promise<Kept>;
}

export async function giveBack(id: string): Promise<void> {
  await asked(`${pendingPath(id)}/decline`, "POST");
}

function pendingPath(id: string): string {
  return `/pending/${encodeURIComponent(id)}`;
}

async function asked(path: string, method: "GET" | "POST", body?: object): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${LINKS}${path}`, { method, ...jsonBody(body) });
  } catch {
    throw UNREACHABLE;
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}
