// Hands the session and the client to the components.
import { type ReactNode, createContext, use, useMemo, useSyncExternalStore } from "react";
import { Api } from "./client";
import type { Session, SessionState } from "./session";

interface Access {
  session: Session;
  api: Api;
}

const AccessContext = createContext<Access | null>(null);

export function AccessProvider({ session, children }: { session: Session; children: ReactNode }) {
  const access = useMemo(() => ({ session, api: new Api(session) }), [session]);
  return <AccessContext value={access}>{children}</AccessContext>;
}

function useAccess(): Access {
  const access = use(AccessContext);
  if (access === null) throw new Error("AccessProvider is missing above this component");
  return access;
}

export function useApi(): Api {
  return useAccess().api;
}

export function useSession(): { session: Session; state: SessionState } {
  const { session } = useAccess();
  return { session, state: useSyncExternalStore(session.subscribe, session.state) };
}
