/** Who is signed in, for all pages. What somebody may not do is shown as such, and refused by the server in any case. */
import { createContext, use, type ReactNode } from 'react';
import type { Session } from '../api/client.ts';

interface SessionState {
  readonly session: Session;
  readonly onSignOut: () => void;
}

const SessionContext = createContext<SessionState | null>(null);

export function SessionProvider({ children, ...state }: SessionState & { readonly children: ReactNode }) {
  return <SessionContext value={state}>{children}</SessionContext>;
}

export function useSession(): SessionState {
  const state = use(SessionContext);
  if (!state) throw new Error('a page is shown although nobody is signed in');
  return state;
}

const ROLES: readonly Session['role'][] = ['viewer', 'operator', 'admin'];

/** Whether the one who is signed in may do what is for `role`. */
export function useMay(role: Session['role']): boolean {
  const { session } = useSession();
  return ROLES.indexOf(session.role) >= ROLES.indexOf(role);
}
