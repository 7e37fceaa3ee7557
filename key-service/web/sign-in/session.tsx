/** Who is signed in. The token of a session lives in this tab; a 401 anywhere brings the sign-in page back. */
import { accessToken, call, type Loaded, onSignedOut, useLoad } from '@rhc/console-shell';
import { useEffect } from 'react';
import type { SessionResponse } from '../../src/contract/index.ts';

export type Principal = NonNullable<SessionResponse['principal']>;

/** Often enough that an ended session is seen without a click. */
const REFRESH_MS = 30_000;

export function useSession(): Loaded<SessionResponse> & { signOut(): Promise<void> } {
  const session = useLoad('session', (signal) => call<SessionResponse>('GET', '/v1/session', { signal }), REFRESH_MS);
  const { reload } = session;
  useEffect(
    () =>
      onSignedOut(() => {
        accessToken.forget();
        reload();
      }),
    [reload],
  );
  const signOut = async () => {
    // A session that is over already is as good as ended.
    if (session.value?.session != null) await call('DELETE', '/v1/session').catch(() => undefined);
    accessToken.forget();
    reload();
  };
  return { ...session, signOut };
}

export const hasRole = (principal: Principal, ...roles: readonly string[]): boolean =>
  roles.some((role) => principal.roles.includes(role));
