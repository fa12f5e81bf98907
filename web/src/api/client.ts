// A thin client: adds the session's token, renews it once on 401, turns refusals into Problems.
import { UNREACHABLE, problemOf } from "./problem";
import type { Session } from "./session";
import type { Account, ConnectLink, Connection, ConnectionCheck, Day, PendingConnection, WidgetAnswer } from "./types";

export interface WidgetQuery {
  from?: Day;
  /** Not part of the range. */
  to?: Day;
  accounts?: readonly string[];
  sort?: string;
  limit?: number;
  cursor?: string;
}

interface Call {
  body?: unknown;
  once?: string;
  signal?: AbortSignal;
}

export class Api {
  constructor(private readonly session: Session) {}

  widget(slug: string, query: WidgetQuery, signal?: AbortSignal): Promise<WidgetAnswer> {
    return this.#json(`/v1/widgets/${slug}?${search(query)}`, { signal: signal ?? null });
  }

  async widgetCsv(slug: string, query: WidgetQuery): Promise<Blob> {
    const parameters = search(query);
    parameters.set("format", "csv");
    const response = await this.#send(`/v1/widgets/${slug}?${parameters}`, { headers: { accept: "text/csv" } });
    return response.blob();
  }

  async accounts(signal?: AbortSignal): Promise<Account[]> {
    return (await this.#json<{ accounts: Account[] }>("/v1/accounts", { signal: signal ?? null })).accounts;
  }

  async connections(signal?: AbortSignal): Promise<Connection[]> {
    const answer = await this.#json<{ connections: Connection[] }>("/auth/v1/connections", { signal: signal ?? null });
    return answer.connections;
  }

  /** `again`: the account that is to be connected anew. */
  async authorizeUrl(channel: string, again?: string): Promise<string> {
    const asked = { channel, ...(again === undefined ? {} : { account_id: again }) };
    return (await this.#json<{ authorize_url: string }>("/auth/v1/connections", posted(asked))).authorize_url;
  }

  async testConnection(account: string): Promise<{ works: boolean; checks: ConnectionCheck[] }> {
    return this.#json(`/auth/v1/connections/${account}/test`, { method: "POST" });
  }

  async command(account: string, kind: "refresh" | "pause" | "resume"): Promise<void> {
    await this.#send(`/auth/v1/connections/${account}/commands`, posted({ kind }));
  }

  async connectLinks(signal?: AbortSignal): Promise<ConnectLink[]> {
    const answer = await this.#json<{ connect_links: ConnectLink[] }>("/auth/v1/connect-links", { signal: signal ?? null });
    return answer.connect_links;
  }

  /** The address to send; it is told this once. */
  async makeConnectLink(note: string): Promise<string> {
    return (await this.#json<{ url: string }>("/auth/v1/connect-links", posted({ note }))).url;
  }

  async revokeConnectLink(link: string): Promise<void> {
    await this.#send(`/auth/v1/connect-links/${link}/revoke`, { method: "POST" });
  }

  pending(id: string, signal?: AbortSignal): Promise<PendingConnection> {
    return this.#json(pendingPath(id), { signal: signal ?? null });
  }

  confirm(id: string): Promise<{ account_id: string }> {
    return this.#json(`${pendingPath(id)}/confirm`, { method: "POST" });
  }

  async decline(id: string): Promise<void> {
    await this.#send(`${pendingPath(id)}/decline`, { method: "POST" });
  }

  /** For the parts of the API that have a file of their own. `once` makes asking again after a lost answer safe. */
  async call<T>(method: string, path: string, { body, once, signal }: Call = {}): Promise<T> {
    const headers = { ...(body === undefined ? {} : { "content-type": "application/json" }), ...(once === undefined ? {} : { "idempotency-key": once }) };
    const response = await this.#send(path, { method, headers, body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null });
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#json(path, { signal: signal ?? null });
  }

  post<T>(path: string, body?: object): Promise<T> {
    return this.#json(path, { method: "POST", ...jsonBody(body) });
  }

  /** For answers without a body. */
  async send(method: "POST" | "DELETE", path: string, body?: object): Promise<void> {
    await this.#send(path, { method, ...jsonBody(body) });
  }

  async #json<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.#send(path, init);
    return (await response.json()) as T;
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    let response = await this.#once(path, init);
    if (response.status === 401 && (await this.session.refresh())) response = await this.#once(path, init);
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async #once(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${this.session.token ?? ""}`);
    try {
      return await fetch(path, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw UNREACHABLE;
    }
  }
}

function posted(body: object): RequestInit {
  return { method: "POST", ...jsonBody(body) };
}

export function jsonBody(body: object | undefined): RequestInit {
  return body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function pendingPath(id: string): string {
  return `/auth/v1/connections/pending/${encodeURIComponent(id)}`;
}

function search(query: WidgetQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(",") : String(value ?? "");
    if (text !== "") parameters.set(name, text);
  }
  return parameters;
}
