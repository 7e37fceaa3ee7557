/** Every secret of a pilot run in every form in which it could leak: bytes, hex, base64. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { CARD_KEY_SLOTS, nationalProfile, OFF_CARD_KEY_SLOTS } from '@rhc/card/profile';
import { cardKey, disperse, pilotComponent, pilotRoot, provinceFactor } from '@rhc/card/secure-messaging';

export interface Secret {
  readonly name: string;
  readonly forms: readonly Buffer[];
}

function secret(name: string, bytes: Uint8Array): Secret {
  const hex = bytesToHex(bytes);
  const base64 = Buffer.from(bytes).toString('base64');
  return {
    name,
    forms: [
      Buffer.from(bytes),
      Buffer.from(hex.toUpperCase()),
      Buffer.from(hex.toLowerCase()),
      Buffer.from(base64),
      // Inside a longer base64 text the last group differs.
      Buffer.from(base64.slice(0, 20)),
    ],
  };
}

/** Components, roots, province keys, card keys and transport keys of the given chips. */
export function pilotSecrets(cardFactors: readonly string[], versions: readonly number[] = [1, 2]): Secret[] {
  const found: Secret[] = [];
  const suite = 'intl-128';
  for (const slot of [...CARD_KEY_SLOTS, ...OFF_CARD_KEY_SLOTS])
    for (const version of versions) {
      const root = pilotRoot(nodeCrypto, slot, version);
      found.push(secret(`${slot} v${version} root`, root));
      for (const part of [1, 2, 3] as const)
        found.push(secret(`${slot} v${version} component ${part}`, pilotComponent(nodeCrypto, slot, version, part)));
      const declared = nationalProfile.keySlots.find(({ name }) => name === slot);
      if (declared?.levels === 2)
        found.push(secret(`${slot} v${version} province`, disperse(nodeCrypto, suite, root, provinceFactor('13'))));
      for (const factor of cardFactors) {
        const key = cardKey(nodeCrypto, suite, root, declared?.levels ?? 1, '13', hexToBytes(factor));
        found.push(secret(`${slot} v${version} of card ${factor}`, key));
      }
    }
  return found;
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Names of the secrets found, with the place. */
export function leaks(secrets: readonly Secret[], place: string, content: Buffer): string[] {
  return secrets
    .filter(({ forms }) => forms.some((form) => content.includes(form)))
    .map(({ name }) => `${name} in ${place}`);
}

export function leaksInFiles(secrets: readonly Secret[], folder: string): string[] {
  return filesBelow(folder).flatMap((path) => leaks(secrets, path, readFileSync(path)));
}
