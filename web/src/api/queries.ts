// The page's questions to the APIs, with how long an answer stays good.
import { QueryClient, keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { WidgetQuery } from "./client";
import { useApi } from "./context";
import { Problem } from "./problem";
import type { Day } from "./types";

const REFRESH_MS = 60_000;
const STATES_MS = 5_000;
const RETRIES = 2;

function retry(failures: number, error: Error): boolean {
  return failures < RETRIES && error instanceof Problem && error.passing;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry, staleTime: 15_000 } } });
}

export function useWidget(slug: string, query: WidgetQuery) {
  const api = useApi();
  return useQuery({
    queryKey: ["widget", slug, query],
    queryFn: ({ signal }) => api.widget(slug, query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

/**
 * The day after today as the server counts days. The browser's own clock is no substitute: it may be wrong, in
 * another zone, or the system may run on a simulated clock.
 */
export function useTomorrow() {
  const api = useApi();
  return useQuery({
    queryKey: ["tomorrow"],
    queryFn: async ({ signal }): Promise<Day> => (await api.widget("video_views", {}, signal)).meta.to,
    refetchInterval: REFRESH_MS,
  });
}

export function useAccounts() {
  const api = useApi();
  return useQuery({
    queryKey: ["accounts"],
    queryFn: ({ signal }) => api.accounts(signal),
    refetchInterval: REFRESH_MS,
  });
}

export function useConnections() {
  const api = useApi();
  // A state changes by itself, as the collection goes on.
  return useQuery({ queryKey: ["connections"], queryFn: ({ signal }) => api.connections(signal), refetchInterval: STATES_MS });
}

export function usePending(id: string) {
  const api = useApi();
  return useQuery({ queryKey: ["pending", id], queryFn: ({ signal }) => api.pending(id, signal), staleTime: Infinity });
}

/** Sends the browser to TikTok's consent page; `again` is an account to be connected anew. */
export function useConnect(again?: string) {
  const api = useApi();
  return useMutation({
    mutationFn: () => api.authorizeUrl("tiktok", again),
    onSuccess: (url) => window.location.assign(url),
  });
}

const LINKS = ["connect-links"];

export function useConnectLinks() {
  const api = useApi();
  return useQuery({ queryKey: LINKS, queryFn: ({ signal }) => api.connectLinks(signal), refetchInterval: REFRESH_MS });
}

export function useMakeConnectLink() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (note: string) => api.makeConnectLink(note),
    onSuccess: () => queries.invalidateQueries({ queryKey: LINKS }),
  });
}

export function useRevokeConnectLink() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (link: string) => api.revokeConnectLink(link),
    onSuccess: () => queries.invalidateQueries({ queryKey: LINKS }),
  });
}

export function useTestConnection(account: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.testConnection(account),
    // A test may find the access lost.
    onSettled: () => queries.invalidateQueries({ queryKey: ["connections"] }),
  });
}

export function useCommand(account: string) {
  const api = useApi();
  return useMutation({ mutationFn: (kind: "refresh" | "pause" | "resume") => api.command(account, kind) });
}
