/**
 * Memory in an image file. Every commit writes a new file, syncs it and renames it over the old one, so a crash of the
 * emulator is as clean as a power cut of a chip: the image is the one before or the one after.
 */
import type * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { SecretBytes } from '@rhc/card/bytes';
import { VirtualCardError } from '../errors.ts';
import { applyChanges } from './apply-changes.ts';
import type { Change, ChipContent } from './chip-content.ts';
import { ChipFuse, FUSE_BYTES } from './chip-fuse.ts';
import { decodeImage, encodeImage } from './image-format.ts';
import type { NonVolatileMemory } from './non-volatile-memory.ts';

type FileSystem = Pick<
  typeof fs,
  | 'existsSync'
  | 'readFileSync'
  | 'openSync'
  | 'writeSync'
  | 'fsyncSync'
  | 'closeSync'
  | 'renameSync'
  | 'linkSync'
  | 'unlinkSync'
  | 'mkdirSync'
>;

export interface ImageFileOptions {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly random: (length: number) => Uint8Array;
}

/** How a chip of one kind is written down and changed. */
export interface ImageFormat<Content, Edit> {
  encode(content: Content, fuse: ChipFuse): string;
  decode(text: string, fuse: ChipFuse): Content;
  apply(content: Content, changes: readonly Edit[]): Content;
}

/** For any chip; `ImageFileMemory` is the user card's. */
export class ImageFileMemoryOf<Content, Edit> implements NonVolatileMemory<Content, Edit> {
  readonly #format: ImageFormat<Content, Edit>;
  readonly #options: ImageFileOptions;
  readonly #fuse: ChipFuse;
  #content: Content | null = null;

  constructor(format: ImageFormat<Content, Edit>, options: ImageFileOptions) {
    this.#format = format;
    this.#options = options;
    const { path, fileSystem } = options;
    const exists = fileSystem.existsSync(path);
    if (!exists) fileSystem.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#fuse = openFuse(options, exists);
    if (exists) this.#content = format.decode(fileSystem.readFileSync(path, 'utf8'), this.#fuse);
  }

  read(): Content | null {
    return this.#content;
  }

  manufacture(content: Content): void {
    if (this.#content !== null) throw new Error('this image holds a chip already');
    this.#store(content);
  }

  commit(changes: readonly Edit[]): void {
    if (this.#content === null) throw new Error('no chip was manufactured in this image');
    this.#store(this.#format.apply(this.#content, changes));
  }

  /** The content in memory follows the file, never the other way round. */
  #store(content: Content): void {
    const { path, fileSystem } = this.#options;
    replaceFile(fileSystem, path, new TextEncoder().encode(this.#format.encode(content, this.#fuse)));
    this.#content = content;
  }
}

export class ImageFileMemory extends ImageFileMemoryOf<ChipContent, Change> {
  constructor(options: ImageFileOptions) {
    super({ encode: encodeImage, decode: decodeImage, apply: applyChanges }, options);
  }
}

function openFuse({ path, fileSystem, random }: ImageFileOptions, imageExists: boolean): ChipFuse {
  const fusePath = join(dirname(path), 'chip-fuse.key');
  if (!fileSystem.existsSync(fusePath)) {
    // A new fuse could never open the keys of an image that is there already.
    if (imageExists) throw new VirtualCardError('VIRTUAL_CARD_FUSE_MISSING', { detail: fusePath });
    placeOnce(fileSystem, fusePath, random(FUSE_BYTES));
  }
  const key = new Uint8Array(fileSystem.readFileSync(fusePath));
  if (key.length !== FUSE_BYTES) throw new VirtualCardError('VIRTUAL_CARD_FUSE_WRONG', { detail: fusePath });
  return new ChipFuse(new SecretBytes(key), random);
}

/** Two emulators that make their first blanks at once share the folder: the first one's file stays, whole, for both. */
function placeOnce(fileSystem: FileSystem, path: string, bytes: Uint8Array): void {
  const own = `${path}.${process.pid}.tmp`;
  writeWhole(fileSystem, own, bytes);
  try {
    fileSystem.linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    fileSystem.unlinkSync(own);
  }
  syncFolder(fileSystem, path);
}

function replaceFile(fileSystem: FileSystem, path: string, bytes: Uint8Array): void {
  const temporary = `${path}.tmp`;
  writeWhole(fileSystem, temporary, bytes);
  fileSystem.renameSync(temporary, path);
  syncFolder(fileSystem, path);
}

function writeWhole(fileSystem: FileSystem, path: string, bytes: Uint8Array): void {
  const descriptor = fileSystem.openSync(path, 'w', 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += fileSystem.writeSync(descriptor, bytes, written);
    fileSystem.fsyncSync(descriptor);
  } finally {
    fileSystem.closeSync(descriptor);
  }
}

/** A new name is only durable once its folder is. */
function syncFolder(fileSystem: FileSystem, path: string): void {
  const folder = fileSystem.openSync(dirname(path), 'r');
  try {
    fileSystem.fsyncSync(folder);
  } finally {
    fileSystem.closeSync(folder);
  }
}
