/** The chip's non-volatile memory: port, in process, in an image file. */
export { writtenBytes } from './apply-changes.ts';
export type { Change, ChipContent, ChipState, FileEntry, KeyEntry } from './chip-content.ts';
export { imageFormatOf } from './image-envelope.ts';
export type { ImageFileOptions, ImageFormat } from './image-file-memory.ts';
export { ImageFileMemory, ImageFileMemoryOf } from './image-file-memory.ts';
export { chipIdentifierOf } from './image-format.ts';
export type { NonVolatileMemory } from './non-volatile-memory.ts';
export { MemoryFailure, ProcessMemory, ProcessMemoryOf } from './non-volatile-memory.ts';
