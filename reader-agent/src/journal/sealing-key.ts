/** The key under which this agent seals what it keeps; made at the first start, readable by its owner only. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { hexToBytes, SecretBytes } from '@rhc/card/bytes';
import { ensureTokenFile, readSecretFile } from '@rhc/service-shell';

/** @throws SECRET_FILE_REFUSED when the key file may be read by others */
export function sealingKey(keyFile: string): SecretBytes {
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  ensureTokenFile(keyFile);
  const text = readSecretFile(keyFile);
  const key = text.use((bytes) => new SecretBytes(hexToBytes(new TextDecoder().decode(bytes).toUpperCase())));
  text.zeroize();
  return key;
}
