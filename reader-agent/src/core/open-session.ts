/** The real reading session: `CardSession` of the card room over the channel of this desk. */
import { isRhcError } from '@rhc/card/errors';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { CardSession, type RandomBytes } from '@rhc/card/session';
import { agentErrors } from '../errors.ts';
import type { OpenSession } from './card-work.ts';

export function sessionOpener(random: RandomBytes): OpenSession {
  return async (transport, keys, atr) => {
    try {
      return await CardSession.open({ transport, keys, profile: nationalProfile, product: rhcBlank1, atr, random });
    } catch (cause) {
      // The ATR is one of ours and the files are not there: a blank, not a foreign card.
      if (isRhcError(cause) && cause.code === 'CARD_FOREIGN')
        throw agentErrors.make('CARD_NOT_PERSONALIZED', { cause });
      throw cause;
    }
  };
}
