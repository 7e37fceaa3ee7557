/**
 * One-time codes by which somebody new gets a passkey or a certificate. Shown once, kept as a hash, valid for a day, good
 * for one use; a handful of wrong tries burns the code. The first six characters only find it; the other sixteen (80
 * random bits) are the secret.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { keyServiceErrors } from '../../errors.ts';
import type { AuditPort } from '../ports.ts';

/** What the code is good for. */
export interface EnrolmentGrant {
  readonly kind: 'operator' | 'service' | 'terminal';
  /** Name within the kind: operator id, service, agent. */
  readonly name: string;
  readonly serverNames: readonly string[];
}

export interface Enrolment extends EnrolmentGrant {
  readonly id: string;
  /** SHA-256 of the whole code, hex. */
  readonly codeHash: string;
  readonly createdBy: string;
  readonly expiresAt: Date;
  readonly failures: number;
  readonly usedAt: Date | null;
}

export interface EnrolmentStore {
  add(enrolment: Enrolment): Promise<void>;
  find(id: string): Promise<Enrolment | null>;
  addFailure(id: string): Promise<void>;
  /** True for exactly one caller. */
  use(id: string, at: Date): Promise<boolean>;
}

/** Crockford's base 32: no I, L, O, U to be mistaken when read aloud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ID_LENGTH = 6;
const SECRET_LENGTH = 16;
const MAX_FAILURES = 5;
/** Who gives the codes of the first two administrators, while there is nobody else. */
export const FIRST_START = 'first-start';
const LIFE_MS = 24 * 3_600_000;

export interface EnrolmentRoom {
  readonly store: EnrolmentStore;
  readonly audit: AuditPort;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');
const plain = (code: string): string =>
  code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
const shown = (code: string): string =>
  [code.slice(0, ID_LENGTH), ...(code.slice(ID_LENGTH).match(/.{1,4}/g) ?? [])].join('-');

export class EnrolmentCodes {
  readonly #room: EnrolmentRoom;

  constructor(room: EnrolmentRoom) {
    this.#room = room;
  }

  async issue(by: string, grant: EnrolmentGrant): Promise<{ code: string; expiresAt: Date }> {
    const { store, audit, now, random } = this.#room;
    const code = [...random(ID_LENGTH + SECRET_LENGTH)].map((byte) => ALPHABET[byte % 32]).join('');
    const id = code.slice(0, ID_LENGTH);
    const expiresAt = new Date(now().getTime() + LIFE_MS);
    await audit.record('enrolment-code-issued', { for: `${grant.kind}:${grant.name}`, by, enrolment: id });
    await store.add({ ...grant, id, codeHash: hashOf(code), createdBy: by, expiresAt, failures: 0, usedAt: null });
    return { code: shown(code), expiresAt };
  }

  /** What a code is good for, without spending it. @throws ENROLMENT_CODE_REFUSED */
  async check(code: string): Promise<Enrolment> {
    const { store, audit, now } = this.#room;
    const given = plain(code);
    const found = await store.find(given.slice(0, ID_LENGTH));
    if (found === null || found.usedAt !== null || found.failures >= MAX_FAILURES || found.expiresAt <= now()) {
      throw keyServiceErrors.make('ENROLMENT_CODE_REFUSED');
    }
    if (!timingSafeEqual(Buffer.from(found.codeHash, 'hex'), Buffer.from(hashOf(given), 'hex'))) {
      await store.addFailure(found.id);
      if (found.failures + 1 >= MAX_FAILURES) await audit.record('enrolment-code-burned', { enrolment: found.id });
      throw keyServiceErrors.make('ENROLMENT_CODE_REFUSED');
    }
    return found;
  }

  /** Spends a checked code. @throws ENROLMENT_CODE_REFUSED when somebody was faster */
  async spend(enrolment: Enrolment): Promise<void> {
    if (!(await this.#room.store.use(enrolment.id, this.#room.now()))) {
      throw keyServiceErrors.make('ENROLMENT_CODE_REFUSED');
    }
  }
}
