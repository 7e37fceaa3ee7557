/** What the bureau's side of card-issuer works with. */
import type { Crypto } from '@rhc/card/secure-messaging';
import type { RandomBytes } from '@rhc/card/session';
import { type Clock, timestamp } from '../clock.ts';
import type { IssuerIdentity } from '../domain/card-data.ts';
import { issuerErrors } from '../errors.ts';
import type { EventFeed } from '../personalize/event-feed.ts';
import type { BureauKeys, IssuerKeys } from '../personalize/key-service-keys.ts';
import type { Stock } from '../stock.ts';
import { bureauOrders, bureaus, type Database } from '../store/index.ts';
import type { FileSigner } from './cms/index.ts';

export interface BureauParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly crypto: Crypto;
  readonly feed: EventFeed;
  readonly stock: Stock;
  readonly issuer: IssuerIdentity;
  readonly keys: IssuerKeys;
  readonly newId: (prefix: string) => string;
  /** Signs order files; null: none can be sent. */
  readonly signer: FileSigner | null;
}

export const nowOf = ({ clock }: Pick<BureauParts, 'clock'>): string => timestamp(clock.nowMs());

/** @throws BUREAU_NOT_SET_UP */
export function bureauKeys({ keys }: Pick<BureauParts, 'keys'>): BureauKeys {
  if (keys.bureau === undefined) throw issuerErrors.make('BUREAU_NOT_SET_UP', { detail: 'no bureau keys' });
  return keys.bureau;
}

export async function requireBureau(database: Database, id: string): Promise<bureaus.BureauRecord> {
  const bureau = await bureaus.findBureau(database, id);
  if (bureau === null) throw issuerErrors.make('BUREAU_UNKNOWN');
  return bureau;
}

export async function requireOrder(database: Database, id: string): Promise<bureauOrders.BureauOrder> {
  const order = await bureauOrders.findOrder(database, id);
  if (order === null) throw issuerErrors.make('BUREAU_ORDER_UNKNOWN');
  return order;
}
