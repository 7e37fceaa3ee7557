/** The mailboxes of cards as card-issuer answers for them; re-key commands only for an update that this desk has in hand. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { CardKeySlotName } from '@rhc/card/profile';
import type { RekeyKeys } from '@rhc/card/rekey';
import {
  type ContactRequest,
  type ContactResponse,
  contactResponse,
  rekeyChannelResponse,
} from '../contract/mailbox.ts';
import type { IssuerCall } from '../issuer-calls.ts';

export interface IssuerMailbox {
  contact(request: ContactRequest): Promise<ContactResponse>;
  rekeyKeys(update: { readonly updateId: string; readonly lease: number }): RekeyKeys;
}

export function issuerMailboxOver(call: IssuerCall, agentId: string): IssuerMailbox {
  return {
    contact: (request) => call('/v1/contacts', request, contactResponse),
    rekeyKeys: ({ updateId, lease }) => ({
      // The card's province is card-issuer's own: it says for itself which keys it asks for.
      async openChannel({ cardFactor, challenge, masterKeyVersion, writes, retirements }) {
        const path = `/v1/mailbox-updates/${encodeURIComponent(updateId)}/rekey-channel`;
        const request = {
          agentId,
          lease,
          cardFactor: bytesToHex(cardFactor),
          challenge: bytesToHex(challenge),
          masterKeyVersion,
          writes: [...writes],
          retirements: [...retirements],
        };
        const answer = await call(path, request, rekeyChannelResponse);
        const commands = (list: typeof answer.writes) =>
          list.map(({ slot, version, command }) => ({
            slot: slot as CardKeySlotName,
            version,
            command: hexToBytes(command),
          }));
        return {
          externalAuthenticate: hexToBytes(answer.externalAuthenticate),
          writes: commands(answer.writes),
          retirements: commands(answer.retirements),
        };
      },
    }),
  };
}
