/** GET DATA `80 CA`: what anybody may know of the SAM, in any state and without PIN (ADR 006). No check value, no key. */
import type { CommandApdu } from '@rhc/card/apdu';
import { concatBytes, uint32 } from '@rhc/card/bytes';
import { SAM_SIGNING_REFERENCE } from '@rhc/card/profile';
import { algorithmOfSuite } from '../../cos/cipher-suite.ts';
import { refuse } from '../../cos/status-error.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import type { SamContent, SamState } from '../sam-content.ts';

const STATE_BYTE: Readonly<Record<SamState, number>> = {
  blank: 0,
  'first-issue': 1,
  'second-issue': 2,
  operational: 3,
  recalled: 4,
};
const NONE = 0xff;

export function getData(chip: SamChip, command: CommandApdu): SamAnswer {
  const { content } = chip;
  switch (command.p1 * 0x100 + command.p2) {
    case 0x0101:
      return { data: status(content) };
    case 0x0102:
      return { data: content.historicalBytes.slice(0, 8) };
    case 0x0103:
      return { data: concatBytes(...keyLines(content)) };
    case 0x0104:
      return { data: new TextEncoder().encode(chip.product.id) };
    case 0x0106:
      return { data: concatBytes(...useLines(content)) };
    case 0x0107:
      return { data: publicKey(content) };
    default:
      return refuse('referenceNotFound');
  }
}

function status({ state, controlKey, pin, keys, commits }: SamContent): Uint8Array {
  const head = Uint8Array.of(STATE_BYTE[state], controlKey?.version ?? NONE, pin?.triesLeft ?? NONE, keys.length);
  return concatBytes(head, uint32(commits));
}

export function sortedKeys({ keys }: SamContent) {
  return [...keys].sort((a, b) => a.p2 - b.p2 || a.version - b.version);
}

function keyLines(content: SamContent): readonly Uint8Array[] {
  return sortedKeys(content).map(({ p1, p2, version, suite }) =>
    Uint8Array.of(p1, p2, version, algorithmOfSuite(suite)),
  );
}

function useLines(content: SamContent): readonly Uint8Array[] {
  const keys = sortedKeys(content).map(({ p2, version, uses }) =>
    concatBytes(Uint8Array.of(p2, version), uint32(uses)),
  );
  const { signingKey } = content;
  if (signingKey === null) return keys;
  return [...keys, concatBytes(Uint8Array.of(SAM_SIGNING_REFERENCE, 1), uint32(signingKey.uses))];
}

function publicKey({ signingKey }: SamContent): Uint8Array {
  if (signingKey === null) return refuse('referenceNotFound');
  return concatBytes(Uint8Array.of(algorithmOfSuite(signingKey.suite)), signingKey.publicKey);
}
