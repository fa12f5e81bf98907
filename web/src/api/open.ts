// Questions that need no session.
import { jsonBody } from "./client";
import { UNREACHABLE, problemOf } from "./problem";

export async function postOpenly(path: string, body: object): Promise<void> {
  const response = await fetch(path, { method: "POST", ...jsonBody(body) }).catch(() => null);
  if (response === null) throw UNREACHABLE;
  if (!response.ok) throw await problemOf(response);
}

/** What the single sign-on is called; null when there is none. */
export async function signInProvider(): Promise<string | null> {
  const response = await fetch("/auth/v1/sign-in-ways").catch(() => null);
  if (response === null) throw UNREACHABLE;
  if (!response.ok) throw await problemOf(response);
  return ((await response.json()) as { provider: string | null }).provider;
}
