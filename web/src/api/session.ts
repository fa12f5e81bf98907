// The signed-in session: a five-minute token kept in memory, renewed through the HttpOnly refresh cookie.
import { Problem, UNREACHABLE, problemOf } from "./problem";
import type { SessionAnswer } from "./types";

export type SessionState = "unknown" | "signed-out" | "signed-in" | "unreachable";

const ENDPOINT = "/auth/v1/sessions";
/** Renew this long before expiry, so that no request leaves with a token about to end. */
const MARGIN_S = 45;
const RETRY_S = 5;
/** Only says that a refresh cookie may exist, which scripts cannot see; it saves strangers a refused request. */
const HINT = "toa.session";

export class Session {
  #state: SessionState = "unknown";
  #token: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<boolean> | null = null;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  get token(): string | null {
    return this.#token;
  }

  async restore(): Promise<void> {
    if (readHint()) await this.refresh();
    else this.#end();
  }

  /** Whether the signed-in person runs this deployment; the server decides, this only shows the way. */
  get isOperator(): boolean {
    return this.#token !== null && claimsOf(this.#token).operator === true;
  }

  /** `code` is the second factor's, after the server has asked for it. */
  async signIn(email: string, password: string, code: string | null): Promise<void> {
    const body = JSON.stringify({ email, password, ...(code === null ? {} : { code }) });
    const response = await post(ENDPOINT, { body, headers: { "content-type": "application/json" } });
    if (!response.ok) throw await problemOf(response);
    this.#begin((await response.json()) as SessionAnswer);
  }

  /** The rest of a sign-in at the provider, for whom a second factor is on. */
  async sendProviderCode(code: string): Promise<void> {
    const response = await post("/auth/v1/oidc/code", { body: JSON.stringify({ code }), headers: { "content-type": "application/json" } });
    if (!response.ok) throw await problemOf(response);
    this.#begin((await response.json()) as SessionAnswer);
  }

  /** The session goes on in another workspace of the same person. */
  async switchTo(workspaceId: string): Promise<void> {
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.#token ?? ""}` };
    const body = JSON.stringify({ workspace_id: workspaceId });
    const response = await oneTabAtATime(() => post(`${ENDPOINT}/workspace`, { body, headers }));
    if (!response.ok) throw await problemOf(response);
    this.#begin((await response.json()) as SessionAnswer);
  }

  /** Whether there is a fresh token now. Calls that come together share one request. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#renew().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async signOut(): Promise<void> {
    const headers = { authorization: `Bearer ${this.#token ?? ""}` };
    const response = await fetch(ENDPOINT, { method: "DELETE", headers }).catch(() => null);
    if (response === null) throw UNREACHABLE;
    if (!response.ok && response.status !== 401) throw await problemOf(response);
    this.#end();
  }

  async #renew(): Promise<boolean> {
    try {
      const response = await oneTabAtATime(() => post(`${ENDPOINT}/refresh`, {}));
      if (!response.ok) throw await problemOf(response);
      this.#begin((await response.json()) as SessionAnswer);
      return true;
    } catch (error) {
      this.#refreshFailed(error);
      return false;
    }
  }

  #refreshFailed(error: unknown): void {
    const passing = error instanceof Problem && error.passing;
    if (!passing) this.#end();
    else if (this.#state === "signed-in") this.#renewIn(RETRY_S);
    else this.#become("unreachable");
  }

  #begin(answer: SessionAnswer): void {
    this.#token = answer.access_token;
    writeHint(true);
    this.#renewIn(Math.max(answer.expires_in - MARGIN_S, answer.expires_in / 2));
    this.#become("signed-in");
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#token = null;
    writeHint(false);
    this.#become("signed-out");
  }

  #renewIn(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), seconds * 1000);
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function claimsOf(token: string): { operator?: boolean } {
  const payload = token.split(".")[1] ?? "";
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as { operator?: boolean };
}

async function post(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, method: "POST", credentials: "same-origin" });
  } catch {
    throw UNREACHABLE;
  }
}

/** A refresh rotates the cookie all tabs share: two at once would make one of them present a used cookie. */
async function oneTabAtATime(refresh: () => Promise<Response>): Promise<Response> {
  // Web Locks exist only on https and loopback.
  return "locks" in navigator ? navigator.locks.request(HINT, refresh) : refresh();
}

function readHint(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    // Storage is switched off: ask the server, it knows.
    return true;
  }
}

function writeHint(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(HINT, "1");
    else localStorage.removeItem(HINT);
  } catch {
    // Storage is switched off: then readHint answers yes, and every load asks the server.
  }
}
