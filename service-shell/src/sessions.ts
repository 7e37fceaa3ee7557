/**
 * Sessions of people: an unguessable bearer token that the browser's tab holds (no cookie, so no other site can spend
 * it), known to the service by its hash only. A session ends when idle, at its absolute end, at sign-out, and whenever
 * its owner's roles change. Roles are read at every request, not kept in the session.
 */
import { createHash } from 'node:crypto';
import type { Authenticator, Principal } from './principal.ts';
import { bearerToken } from './secret-file.ts';

export interface Session {
  /** SHA-256 of the token, hex. */
  readonly id: string;
  readonly principal: string;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
}

export interface SessionStore {
  add(session: Session): Promise<void>;
  find(id: string): Promise<Session | null>;
  seen(id: string, at: Date): Promise<void>;
  end(id: string): Promise<void>;
  endAllOf(principal: string): Promise<void>;
  /** Forgets sessions that started or were last seen before these moments. */
  prune(startedBefore: Date, seenBefore: Date): Promise<void>;
}

export interface SessionTimes {
  readonly idleMs: number;
  readonly longestMs: number;
}

export interface SessionEnds {
  readonly startedAt: Date;
  readonly idleEndsAt: Date;
  readonly endsAt: Date;
}

/** Fifteen minutes idle, eight hours in all: a shift. */
export const SESSION_TIMES: SessionTimes = { idleMs: 15 * 60_000, longestMs: 8 * 3_600_000 };
/** How often "last seen" is written: a tab that refreshes every few seconds must not write every few seconds. */
const SEEN_EVERY_MS = 20_000;

export interface SessionRoom {
  readonly store: SessionStore;
  readonly times: SessionTimes;
  readonly now: () => Date;
  /** 32 random bytes as text. */
  readonly newToken: () => string;
  /** Who that is now; null when gone or disabled. */
  readonly principalOf: (id: string) => Promise<Omit<Principal, 'via'> | null>;
}

export const sessionId = (token: string): string => createHash('sha256').update(token).digest('hex');

export class Sessions {
  readonly #room: SessionRoom;

  constructor(room: SessionRoom) {
    this.#room = room;
  }

  async begin(principal: string): Promise<{ token: string; ends: SessionEnds }> {
    const { store, now, newToken, times } = this.#room;
    const at = now();
    await store.prune(new Date(at.getTime() - times.longestMs), new Date(at.getTime() - times.idleMs));
    const token = newToken();
    const session = { id: sessionId(token), principal, startedAt: at, lastSeenAt: at };
    await store.add(session);
    return { token, ends: this.#ends(session) };
  }

  end(token: string): Promise<void> {
    return this.#room.store.end(sessionId(token));
  }

  endAllOf(principal: string): Promise<void> {
    return this.#room.store.endAllOf(principal);
  }

  /** The session of a token while it lasts. */
  async find(token: string): Promise<{ principal: Omit<Principal, 'via'>; ends: SessionEnds } | null> {
    const { store, now, principalOf } = this.#room;
    const session = await store.find(sessionId(token));
    if (session === null) return null;
    const at = now();
    const { idleEndsAt, endsAt } = this.#ends(session);
    if (at >= idleEndsAt || at >= endsAt) {
      await store.end(session.id);
      return null;
    }
    const principal = await principalOf(session.principal);
    if (principal === null) return null;
    if (at.getTime() - session.lastSeenAt.getTime() >= SEEN_EVERY_MS) {
      await store.seen(session.id, at);
      return { principal, ends: this.#ends({ ...session, lastSeenAt: at }) };
    }
    return { principal, ends: this.#ends(session) };
  }

  get authenticator(): Authenticator {
    return async (request) => {
      const token = bearerToken(request.headers.authorization);
      if (token === undefined) return null;
      const found = await this.find(token);
      return found === null ? null : { ...found.principal, via: 'session' };
    };
  }

  #ends({ startedAt, lastSeenAt }: Pick<Session, 'startedAt' | 'lastSeenAt'>): SessionEnds {
    const { idleMs, longestMs } = this.#room.times;
    const endsAt = new Date(startedAt.getTime() + longestMs);
    const idleEndsAt = new Date(Math.min(lastSeenAt.getTime() + idleMs, endsAt.getTime()));
    return { startedAt, idleEndsAt, endsAt };
  }
}
