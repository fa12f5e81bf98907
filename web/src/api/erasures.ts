// Disconnecting accounts, erasing them or the whole workspace, and the receipts.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "./context";

export type Store = "auth" | "ingestor" | "clickhouse" | "query";

export interface Receipt {
  erasure_id: string;
  whole_workspace: boolean;
  accounts: string[];
  requested_at: string;
  /** TikTok's time: what was observed until then is gone. */
  erased_at: string | null;
  done_at: string | null;
  stores: { store: Store; outcome: "waiting" | "erased" | "nothing_kept"; completed_at: string | null }[];
  /** Null while records may still be added. */
  topics: { topic: string; until: string | null }[];
}

const OPEN_MS = 2_000;
const CONNECTIONS = ["connections"];
const ERASURES = ["erasures"];

/** Asked again and again while one goes on. */
export function useErasures() {
  const api = useApi();
  return useQuery({
    queryKey: ERASURES,
    queryFn: async ({ signal }) => (await api.get<{ erasures: Receipt[] }>("/auth/v1/erasures", signal)).erasures,
    refetchInterval: ({ state }) => (state.data?.some(({ done_at }) => done_at === null) ? OPEN_MS : false),
  });
}

/** `account` null is the whole workspace; `confirm` is what the person typed. */
export function useErase(account: string | null) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (confirm: string) => api.post<Receipt>("/auth/v1/erasures", { account_id: account, confirm }),
    onSuccess: () => Promise.all([ERASURES, CONNECTIONS].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}

export function useDisconnect(account: string, onSuccess: () => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.send("DELETE", `/auth/v1/connections/${encodeURIComponent(account)}`),
    onSuccess,
    onSettled: () => queries.invalidateQueries({ queryKey: CONNECTIONS }),
  });
}
