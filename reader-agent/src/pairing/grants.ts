/** The grants on disk: which origin may do what, with the key that proves it. Replaced as a whole, readable by its owner only. */
import { z } from 'zod';
import { pairingKey, scope } from '../contract/pairing.ts';
import { agentErrors } from '../errors.ts';

const grant = z.strictObject({
  grant: z.string(),
  origin: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  key: pairingKey,
  grantedAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
const grantFile = z.strictObject({ format: z.literal(1), grants: z.array(grant) });
export type Grant = z.output<typeof grant>;

/** One small text that is replaced as a whole; null: there is none yet. */
export interface TextPlace {
  read(): string | null;
  write(text: string): void;
}

const MAX_GRANTS = 64;

export class Grants {
  readonly #place: TextPlace;
  readonly #grants = new Map<string, Grant>();

  /** A file that cannot be read is no grant: pages pair again. */
  constructor(place: TextPlace) {
    this.#place = place;
    const text = place.read();
    const parsed = text === null ? null : grantFile.safeParse(parseJson(text));
    for (const each of parsed?.success === true ? parsed.data.grants : []) this.#grants.set(each.grant, each);
  }

  all(): readonly Grant[] {
    return [...this.#grants.values()];
  }

  find(id: string): Grant | null {
    return this.#grants.get(id) ?? null;
  }

  hasOrigin(origin: string): boolean {
    return this.all().some((each) => each.origin === origin);
  }

  /** @throws PAIRING_TOO_MANY */
  add(added: Grant): void {
    if (this.#grants.size >= MAX_GRANTS) throw agentErrors.make('PAIRING_TOO_MANY');
    this.#grants.set(added.grant, added);
    this.#save();
  }

  /** The moment of use is kept in memory and reaches the disk with the next change: a token a minute is no reason to write. */
  touch(id: string, moment: Date): void {
    const found = this.#grants.get(id);
    if (found !== undefined) this.#grants.set(id, { ...found, lastUsedAt: moment.toISOString() });
  }

  /** False when there was none. */
  remove(id: string): boolean {
    const removed = this.#grants.delete(id);
    if (removed) this.#save();
    return removed;
  }

  #save(): void {
    this.#place.write(`${JSON.stringify({ format: 1, grants: this.all() }, null, 1)}\n`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
