/**
 * A photo made small enough for the chip: cut to the face's frame (20 × 25 mm), scaled down and compressed until the JPEG
 * fits. The largest picture that is still of fair quality wins; a small one of bad quality is the last resort.
 */
export interface Crop {
  /** Centre of the frame, 0…1 of the source. */
  readonly x: number;
  readonly y: number;
  /** Size of the frame, 1 = the largest that fits into the source. */
  readonly size: number;
}

export interface Source {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

export interface EncodedPhoto {
  readonly base64: string;
  readonly bytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Of the JPEG, 0…1. */
  readonly quality: number;
}

export const CENTRED: Crop = { x: 0.5, y: 0.5, size: 0.9 };
const RATIO = 20 / 25;
/** Below this a face is no face: 20 × 25 mm at 150 dpi. */
export const LEAST_SOURCE_PX = { width: 118, height: 148 } as const;
const HEIGHTS_PX = [240, 200, 160, 128, 96] as const;
const FAIR = 0.5;
const WORST = 0.2;
const BEST = 0.92;
const HALVINGS = 5;

/** The frame in pixels of the source, always inside of it. */
export function frameOf({ width, height }: Source, { x, y, size }: Crop) {
  const tallest = Math.min(height, width / RATIO);
  const frameHeight = tallest * size;
  const frameWidth = frameHeight * RATIO;
  const inside = (centre: number, whole: number, part: number) =>
    Math.min(Math.max(centre * whole - part / 2, 0), whole - part);
  return {
    left: inside(x, width, frameWidth),
    top: inside(y, height, frameHeight),
    width: frameWidth,
    height: frameHeight,
  };
}

export function drawFrame(canvas: HTMLCanvasElement, source: Source, crop: Crop, heightPx: number): void {
  canvas.height = heightPx;
  canvas.width = Math.round(heightPx * RATIO);
  const frame = frameOf(source, crop);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (pen === null) throw new Error('this browser has no canvas');
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(source.image, frame.left, frame.top, frame.width, frame.height, 0, 0, canvas.width, canvas.height);
}

async function jpeg(canvas: HTMLCanvasElement, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
  if (blob === null) throw new Error('the browser made no JPEG');
  return new Uint8Array(await blob.arrayBuffer());
}

/** Null when even the smallest is too large. */
export async function encodeWithin(source: Source, crop: Crop, maxBytes: number): Promise<EncodedPhoto | null> {
  const canvas = document.createElement('canvas');
  let last: EncodedPhoto | null = null;
  for (const heightPx of HEIGHTS_PX) {
    drawFrame(canvas, source, crop, heightPx);
    const made = await bestQuality(canvas, maxBytes);
    if (made === null) continue;
    if (made.quality >= FAIR) return made;
    last ??= made;
  }
  return last;
}

async function bestQuality(canvas: HTMLCanvasElement, maxBytes: number): Promise<EncodedPhoto | null> {
  let [low, high] = [WORST, BEST];
  let found: { bytes: Uint8Array; quality: number } | null = null;
  for (let turn = 0; turn <= HALVINGS; turn++) {
    const quality = turn === 0 ? WORST : (low + high) / 2;
    const bytes = await jpeg(canvas, quality);
    if (bytes.length <= maxBytes) {
      found = { bytes, quality };
      low = quality;
    } else if (turn === 0) return null;
    else high = quality;
  }
  if (found === null) return null;
  return {
    base64: btoa(String.fromCharCode(...found.bytes)),
    bytes: found.bytes.length,
    widthPx: canvas.width,
    heightPx: canvas.height,
    quality: found.quality,
  };
}

export interface Background {
  /** Mean brightness of the frame's upper corners, 0…255, and how far it varies. */
  readonly brightness: number;
  readonly spread: number;
}

/** Upper corners, where an identity photo shows its background. */
export function backgroundOf(canvas: HTMLCanvasElement): Background {
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (pen === null) throw new Error('this browser has no canvas');
  const [width, height] = [Math.round(canvas.width / 6), Math.round(canvas.height / 5)];
  const values: number[] = [];
  for (const left of [0, canvas.width - width]) {
    const { data } = pen.getImageData(left, 0, width, height);
    for (let at = 0; at < data.length; at += 4) {
      values.push(0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0));
    }
  }
  const brightness = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - brightness) ** 2, 0) / values.length;
  return { brightness, spread: Math.sqrt(variance) };
}
