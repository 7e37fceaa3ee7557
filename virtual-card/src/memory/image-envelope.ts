/**
 * What every image file is wrapped in: JSON `{format, version, checksum, chip}`. The checksum (SHA-256 over the text of
 * `chip`) tells a torn or edited file from a whole one before a single byte of it is believed.
 */
import { createHash } from 'node:crypto';
import { VirtualCardError } from '../errors.ts';

const VERSION = 1;

export function encodeEnvelope(format: string, chip: unknown): string {
  return `${JSON.stringify({ format, version: VERSION, checksum: checksum(chip), chip }, null, 1)}\n`;
}

export function parseEnvelope<Chip>(format: string, text: string): Chip {
  let image: { format?: unknown; version?: unknown; checksum?: unknown; chip?: unknown } | null;
  try {
    image = JSON.parse(text) as typeof image;
  } catch (cause) {
    throw new VirtualCardError('VIRTUAL_CARD_IMAGE_TORN', { cause });
  }
  if (image === null || typeof image !== 'object' || image.format !== format) {
    throw new VirtualCardError('VIRTUAL_CARD_IMAGE_TORN', { detail: `not an image of ${format}` });
  }
  if (image.version !== VERSION) throw new VirtualCardError('VIRTUAL_CARD_IMAGE_VERSION');
  // The checksum was made from this very shape by `encodeEnvelope`, so a chip that passes it has the shape.
  if (image.checksum !== checksum(image.chip)) {
    throw new VirtualCardError('VIRTUAL_CARD_IMAGE_TORN', { detail: 'checksum' });
  }
  return image.chip as Chip;
}

/** Null: no image of this program. */
export function imageFormatOf(text: string): string | null {
  try {
    const image = JSON.parse(text) as { format?: unknown } | null;
    return typeof image?.format === 'string' ? image.format : null;
  } catch {
    return null;
  }
}

function checksum(chip: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(chip) ?? '')
    .digest('hex')
    .toUpperCase();
}
