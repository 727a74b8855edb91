import { createContext, useContext } from 'react';
import type { Session } from '../../../client/vouchflow.ts';

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext.Provider;

/** Who is signed in; only screens inside the frame ask, and there somebody always is. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('A screen outside of the frame asks who is signed in.');
  return session;
}
