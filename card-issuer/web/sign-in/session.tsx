/** Who is signed in: the person behind this tab's token, asked of the service. A 401 anywhere brings the sign-in page back. */
import { accessToken, call, type Loaded, onSignedOut, useLoad } from '@rhc/console-shell';
import { useEffect } from 'react';
import type { MeResponse } from '../../src/contract/index.ts';

export type Me = MeResponse;

/** Often enough that a token which was taken away is seen without a click. */
const REFRESH_MS = 60_000;

export function useMe(): Loaded<Me> & { signOut(): void } {
  const me = useLoad('me', (signal) => call<Me>('GET', '/v1/me', { signal }), REFRESH_MS);
  const { reload } = me;
  useEffect(
    () =>
      onSignedOut(() => {
        if (accessToken.get() === null) return;
        accessToken.forget();
        reload();
      }),
    [reload],
  );
  const signOut = () => {
    accessToken.forget();
    reload();
  };
  return { ...me, signOut };
}

export const hasRole = (me: Me, ...roles: readonly string[]): boolean => roles.some((role) => me.roles.includes(role));
