/** The SAM's image file: the user card's envelope, fuse and atomic replacement, with the SAM's own content. */
import { bytesToHex, hexToBytes, type SecretBytes } from '@rhc/card/bytes';
import type { ChipFuse } from '../memory/chip-fuse.ts';
import { encodeEnvelope, parseEnvelope } from '../memory/image-envelope.ts';
import { ImageFileMemoryOf, type ImageFileOptions } from '../memory/image-file-memory.ts';
import { ProcessMemoryOf } from '../memory/non-volatile-memory.ts';
import type {
  SamChange,
  SamContent,
  SamControlKey,
  SamFileContent,
  SamPin,
  SamSigningKey,
  SamWorkKey,
} from './sam-content.ts';
import { applySamChanges } from './sam-content.ts';

export const SAM_IMAGE_FORMAT = 'rhc-virtual-sam';

type Sealed<T> = Omit<T, 'value'> & { readonly sealed: string };

interface StoredSam {
  readonly historicalBytes: string;
  readonly state: SamContent['state'];
  readonly commits: number;
  readonly files: readonly (Omit<SamFileContent, 'content'> & { readonly content: string })[];
  readonly controlKey: Sealed<SamControlKey> | null;
  readonly keys: readonly Sealed<SamWorkKey>[];
  readonly pin: Sealed<SamPin> | null;
  readonly signingKey: (Omit<Sealed<SamSigningKey>, 'publicKey'> & { readonly publicKey: string }) | null;
}

export function encodeSamImage(content: SamContent, fuse: ChipFuse): string {
  const { historicalBytes, state, commits, files, controlKey, keys, pin, signingKey } = content;
  const seal = <T extends { readonly value: SecretBytes }>(entry: T, place: string): Sealed<T> => {
    const { value, ...rest } = entry;
    return { ...rest, sealed: fuse.seal(value, context(historicalBytes, place)) };
  };
  const stored: StoredSam = {
    historicalBytes: bytesToHex(historicalBytes),
    state,
    commits,
    files: files.map((file) => ({ ...file, content: bytesToHex(file.content) })),
    controlKey: controlKey && seal(controlKey, 'control'),
    keys: keys.map((key) => seal(key, keyPlace(key))),
    pin: pin && seal(pin, 'pin'),
    signingKey: signingKey && { ...seal(signingKey, 'signing'), publicKey: bytesToHex(signingKey.publicKey) },
  };
  return encodeEnvelope(SAM_IMAGE_FORMAT, stored);
}

export function decodeSamImage(text: string, fuse: ChipFuse): SamContent {
  const stored = parseEnvelope<StoredSam>(SAM_IMAGE_FORMAT, text);
  const historicalBytes = hexToBytes(stored.historicalBytes);
  const unseal = <T extends { readonly sealed: string }>(entry: T, place: string) => {
    const { sealed, ...rest } = entry;
    return { ...rest, value: fuse.unseal(sealed, context(historicalBytes, place)) };
  };
  const { state, commits, files, controlKey, keys, pin, signingKey } = stored;
  return {
    historicalBytes,
    state,
    commits,
    files: files.map((file) => ({ ...file, content: hexToBytes(file.content) })),
    controlKey: controlKey && unseal(controlKey, 'control'),
    keys: keys.map((key) => unseal(key, keyPlace(key))),
    pin: pin && unseal(pin, 'pin'),
    signingKey: signingKey && { ...unseal(signingKey, 'signing'), publicKey: hexToBytes(signingKey.publicKey) },
  };
}

export class SamImageFileMemory extends ImageFileMemoryOf<SamContent, SamChange> {
  constructor(options: ImageFileOptions) {
    super({ encode: encodeSamImage, decode: decodeSamImage, apply: applySamChanges }, options);
  }
}

export class SamProcessMemory extends ProcessMemoryOf<SamContent, SamChange> {
  constructor(content: SamContent | null = null) {
    super(applySamChanges, content);
  }
}

/** A sealed secret cannot be moved to another place or another SAM. */
function context(historicalBytes: Uint8Array, place: string): string {
  return `sam/${bytesToHex(historicalBytes)}/${place}`;
}

function keyPlace({ p2, version }: { readonly p2: number; readonly version: number }): string {
  return `${p2}/${version}`;
}
