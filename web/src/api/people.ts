// Workspaces, members, invitations, API keys and the audit log: what is asked and changed.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useApi, useSession } from "./context";
import type { ApiKey, AuditPage, Invitation, KeyScope, MadeKey, Me, Member, Role, SeenInvitation, WeekStart, Workspace } from "./types";

/** A random text that names one thing to be made, however often its request has to be sent. */
function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function useAsked<T>(key: string, path: string, enabled = true) {
  const api = useApi();
  return useQuery({ queryKey: [key], queryFn: ({ signal }) => api.call<T>("GET", path, { signal }), enabled });
}

/** A change that makes the answers named `stale` be asked anew. */
function useChange<Wish, Answer>(ask: (wish: Wish, api: ReturnType<typeof useApi>) => Promise<Answer>, stale: readonly string[]) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Wish) => ask(wish, api),
    onSettled: () => Promise.all(stale.map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

/** Like `useChange`, for what makes something: the same wish sent again makes nothing twice. */
function useCreation<Wish, Answer>(path: (wish: Wish) => string, body: (wish: Wish) => unknown, stale: readonly string[]) {
  const once = useRef<{ wish: string; key: string }>(null);
  return useChange<Wish, Answer>(async (wish, api) => {
    const same = JSON.stringify(wish);
    if (once.current?.wish !== same) once.current = { wish: same, key: freshKey() };
    const answer = await api.call<Answer>("POST", path(wish), { body: body(wish), once: once.current.key });
    once.current = null;
    return answer;
  }, stale);
}

export const useMe = () => useAsked<Me>("me", "/auth/v1/users/me");
export const useWorkspace = () => useAsked<Workspace>("workspace", "/auth/v1/workspace");
export const useWorkspaces = () => useAsked<{ workspaces: Workspace[] }>("workspaces", "/auth/v1/workspaces");
export const useMembers = () => useAsked<{ members: Member[] }>("members", "/auth/v1/members");
export const useInvitations = (enabled: boolean) => useAsked<{ invitations: Invitation[] }>("invitations", "/auth/v1/invitations", enabled);
export const useKeys = () => useAsked<{ keys: ApiKey[] }>("keys", "/auth/v1/keys");

export interface WorkspaceWish {
  name: string;
  timezone: string;
  week_start: WeekStart;
}

export const useChangeWorkspace = () =>
  useChange<WorkspaceWish, Workspace>((body, api) => api.call("PATCH", "/auth/v1/workspace", { body }), ["workspace", "workspaces"]);
export const useCreateWorkspace = () =>
  useCreation<{ name: string }, Workspace>(() => "/auth/v1/workspaces", (wish) => wish, ["workspaces"]);

/** Everything that was shown is of the workspace before. */
export function useSwitch() {
  const { session } = useSession();
  const queries = useQueryClient();
  return useMutation({ mutationFn: (id: string) => session.switchTo(id), onSuccess: () => queries.resetQueries() });
}

export interface MemberWish {
  user_id: string;
  role: Role;
  accounts: string[] | null;
}

const memberPath = (id: string) => `/auth/v1/members/${encodeURIComponent(id)}`;

export const useSetMember = () =>
  useChange<MemberWish, Member>(({ user_id, role, accounts }, api) => api.call("PUT", memberPath(user_id), { body: { role, accounts } }), ["members", "me"]);
export const useRemoveMember = () => useChange<string, void>((id, api) => api.call("DELETE", memberPath(id)), ["members"]);
export const useHandOver = () =>
  useChange<string, void>((user_id, api) => api.call("POST", "/auth/v1/workspace/owner", { body: { user_id } }), ["members", "me", "workspace"]);

export function useLeave() {
  const api = useApi();
  const { session } = useSession();
  return useMutation({ mutationFn: () => api.call<void>("POST", "/auth/v1/workspace/leave"), onSuccess: () => session.refresh() });
}

export function useDeleteMe() {
  const api = useApi();
  const { session } = useSession();
  return useMutation({
    mutationFn: (password: string | null) => api.call<void>("POST", "/auth/v1/users/me/delete", { body: { password } }),
    onSuccess: () => session.refresh(),
  });
}

export interface InvitationWish {
  email: string;
  role: Role;
  accounts: string[] | null;
}

export const useInvite = () => useCreation<InvitationWish, Invitation>(() => "/auth/v1/invitations", (wish) => wish, ["invitations"]);
export const useRevokeInvitation = () =>
  useChange<string, void>((id, api) => api.call("DELETE", `/auth/v1/invitations/${encodeURIComponent(id)}`), ["invitations"]);

export interface KeyWish {
  name: string;
  scopes: KeyScope[];
  accounts: string[] | null;
  expires_at: string | null;
}

const keyPath = (id: string) => `/auth/v1/keys/${encodeURIComponent(id)}`;

export const useCreateKey = () => useCreation<KeyWish, MadeKey>(() => "/auth/v1/keys", (wish) => wish, ["keys"]);
export const useRotateKey = () => useCreation<string, MadeKey>((id) => `${keyPath(id)}/rotate`, () => ({}), ["keys"]);
export const useRevokeKey = () => useChange<string, void>((id, api) => api.call("DELETE", keyPath(id)), ["keys"]);

export function useAudit(action: string | null) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["audit", action],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ limit: "50", ...(action === null ? {} : { action }), ...(pageParam === "" ? {} : { cursor: pageParam }) });
      return api.call<AuditPage>("GET", `/auth/v1/audit?${asked}`, { signal });
    },
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useSeenInvitation(secret: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["seen-invitation"],
    queryFn: ({ signal }) => api.call<SeenInvitation>("POST", "/auth/v1/invitations/look", { body: { secret }, signal }),
    staleTime: Infinity,
  });
}

export const useAccept = (secret: string) =>
  useChange<string | null, { workspace_name: string }>((password, api) => api.call("POST", "/auth/v1/invitations/accept", { body: { secret, password } }), []);
