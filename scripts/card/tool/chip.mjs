/** A session of the tool with a card, and what the chip tells of itself without any key. */
import { randomBytes } from 'node:crypto';
import { getApplicationStates, getChipState, getKeyList, getProductId } from '@rhc/card/commands';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { CardSession } from '@rhc/card/session';
import { noKeys } from './terminal-keys.mjs';

/** @param {import('./card-source.mjs').OpenCard} card @param {import('./options.mjs').Options} options @param {import('@rhc/card/session').TerminalKeys | null} keys */
export function openSession(card, options, keys) {
  return CardSession.open({
    transport: card,
    keys: keys ?? noKeys(options.suite),
    profile: nationalProfile,
    product: rhcBlank1,
    atr: card.atr,
    random: (length) => new Uint8Array(randomBytes(length)),
  });
}

/** GET DATA in any state. A card of another product answers with a refusal: then null. @param {import('./card-source.mjs').OpenCard} card */
export async function chipFacts(card) {
  const state = await asked(card, getChipState);
  if (state === null) return null;
  const keys = (await asked(card, getKeyList)) ?? [];
  return {
    product: await asked(card, getProductId),
    ...state,
    applications: await asked(card, getApplicationStates),
    keys: keys.map(({ directoryFid, kid, version, triesLeft }) => {
      const directory = nationalProfile.directories.find(({ fid }) => fid === directoryFid)?.name ?? null;
      const slot = nationalProfile.keySlots.find((entry) => entry.directory === directory && entry.kid === kid);
      // Version 00 in the MF is the manufacturer's key.
      const name = version === 0 ? 'TMK' : (slot?.name ?? null);
      return { slot: name, directory, kid, version, triesLeft: triesLeft === 0xff ? null : triesLeft };
    }),
  };
}

/** @template T @param {import('./card-source.mjs').OpenCard} card @param {{ build: () => Uint8Array, parse: (answer: Uint8Array) => T }} command */
async function asked(card, command) {
  const answer = await card.transmit(command.build());
  return answer.at(-2) === 0x90 ? command.parse(answer) : null;
}
