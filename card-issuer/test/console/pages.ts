/** Every page of the console: who opens it, and words that stand on it once it is there. A new page is a row. */
import type { Person } from './console-house.ts';

export const PAGES: readonly { readonly path: string; readonly person: Person; readonly words: RegExp }[] = [
  { path: 'home', person: 'clerk', words: /登记居民/ },
];
