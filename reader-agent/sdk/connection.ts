/** Calls to the agent on behalf of this page: finds it, pairs when it must, proves the key for a fresh token, asks. */
import { confirmText, tokenText } from '../src/contract/signed-texts.ts';
import type { AskCode } from './ask-code.ts';
import { type AgentStatus, findAgent } from './find-agent.ts';
import { loadPairing, savePairing, signText } from './key-store.ts';
import { problem, problemOf, RhcProblem } from './problem.ts';

export interface ConnectionOptions {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly ports: readonly number[];
  readonly askCode: AskCode;
}

interface Token {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly scopes: readonly string[];
}

/** A token that ends within this time is renewed first. */
const RENEW_BEFORE_MS = 20_000;
const PAIR_AGAIN = new Set(['PAIRING_UNKNOWN', 'ORIGIN_REFUSED']);

export class Connection {
  readonly #options: ConnectionOptions;
  #base: string | null = null;
  #token: Token | null = null;
  /** Two calls at once share one pairing and one token. */
  #renewing: Promise<Token> | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** @throws RhcProblem */
  async find(): Promise<AgentStatus> {
    const { base, status } = await findAgent(this.#options.ports);
    this.#base = base;
    return status;
  }

  async base(): Promise<string> {
    if (this.#base === null) await this.find();
    return this.#base as string;
  }

  /** A token that is good now; pairs first when this page has no grant or lacks a scope that it wants. */
  async token(): Promise<string> {
    const held = this.#token;
    if (held !== null && held.expiresAtMs - Date.now() > RENEW_BEFORE_MS) return held.token;
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    this.#token = await this.#renewing;
    return this.#token.token;
  }

  async call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const ask = async () => this.#send<T>(method, path, body, { authorization: `Bearer ${await this.token()}` });
    try {
      return await ask();
    } catch (error) {
      // Revoked, or the agent was started anew: prove the key once more.
      if (!(error instanceof RhcProblem) || !['UNAUTHORIZED', 'ORIGIN_REFUSED'].includes(error.code)) throw error;
      this.#token = null;
      return ask();
    }
  }

  /** By a person's wish, also when a grant is there. */
  async pair(): Promise<void> {
    await this.#pair();
    this.#token = null;
  }

  async #renew(): Promise<Token> {
    const pairing = await loadPairing();
    if (pairing.grant === null) await this.#pair();
    try {
      const token = await this.#prove();
      if (this.#options.scopes.every((scope) => token.scopes.includes(scope))) return token;
    } catch (error) {
      if (!(error instanceof RhcProblem) || !PAIR_AGAIN.has(error.code)) throw error;
    }
    await this.#pair();
    return this.#prove();
  }

  async #pair(): Promise<void> {
    const { name, scopes, askCode } = this.#options;
    const pairing = await loadPairing();
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pairing.keys.publicKey);
    const asked = await this.#post<{ request: string }>('/v1/pairing/requests', {
      name,
      scopes,
      key: { kty, crv, x, y },
    });
    const code = await askCode(`${await this.base()}/#/pairing`);
    if (code === null || !/^\d{6}$/.test(code)) throw problem('PAIRING_CANCELLED');
    const signature = await signText(pairing, confirmText(location.origin, asked.request, code));
    const { grant } = await this.#post<{ grant: string }>('/v1/pairing/confirm', {
      request: asked.request,
      code,
      signature,
    });
    await savePairing({ ...pairing, grant });
  }

  async #prove(): Promise<Token> {
    const pairing = await loadPairing();
    const grant = pairing.grant ?? '';
    const { challenge } = await this.#post<{ challenge: string }>('/v1/pairing/challenge', { grant });
    const signature = await signText(pairing, tokenText(location.origin, grant, challenge));
    const given = await this.#post<{ token: string; expiresAt: string; scopes: string[] }>('/v1/pairing/token', {
      grant,
      challenge,
      signature,
    });
    return { token: given.token, scopes: given.scopes, expiresAtMs: Date.parse(given.expiresAt) };
  }

  #post<T>(path: string, body: unknown): Promise<T> {
    return this.#send('POST', path, body, {});
  }

  async #send<T>(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<T> {
    const base = await this.base();
    let answer: Response;
    try {
      answer = await fetch(base + path, {
        method,
        cache: 'no-store',
        headers: {
          ...headers,
          'x-rhc-request': '1',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      // A refused preflight looks like no answer: a stranger's origin is told so by asking to be found.
      this.#base = null;
      await this.find();
      throw new RhcProblem(
        'ORIGIN_REFUSED',
        problem('ORIGIN_NOT_ALLOWED').text,
        problem('ORIGIN_NOT_ALLOWED').nextStep,
        403,
      );
    }
    if (!answer.ok) throw await problemOf(answer);
    return (await answer.json()) as T;
  }
}
