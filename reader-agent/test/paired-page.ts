/** A page of another origin as a test plays it: keeps its own key, pairs by the code that the desk sees, proves itself. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import request from 'supertest';
import { confirmText, type PairingOverview, type Scope, tokenText } from '../src/contract/pairing.ts';

type App = (request: IncomingMessage, response: ServerResponse) => void;

export class PairedPage {
  readonly origin: string;
  readonly #app: App;
  readonly #desk: Readonly<Record<string, string>>;
  readonly #privateKey: KeyObject;
  readonly key: object;
  grant = '';

  /** @param desk headers of the agent's own page */
  constructor(app: App, desk: Readonly<Record<string, string>>, origin: string) {
    this.#app = app;
    this.#desk = desk;
    this.origin = origin;
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    this.key = { kty, crv, x, y };
  }

  sign(text: string): string {
    const signature = sign('sha256', Buffer.from(text), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' });
    return signature.toString('base64url');
  }

  post(path: string, body: object, headers: Readonly<Record<string, string>> = {}) {
    return request(this.#app)
      .post(path)
      .set({ Host: '127.0.0.1:8103', Origin: this.origin, 'X-RHC-Request': '1', ...headers })
      .send(body);
  }

  get(path: string) {
    return request(this.#app).get(path).set({ Host: '127.0.0.1:8103', Origin: this.origin });
  }

  async overview(): Promise<PairingOverview> {
    return (await request(this.#app).get('/v1/pairing').set(this.#desk)).body;
  }

  ask(scopes: readonly Scope[]) {
    return this.post('/v1/pairing/requests', { name: '挂号系统', key: this.key, scopes });
  }

  confirm(asked: string, code: string) {
    const signature = this.sign(confirmText(this.origin, asked, code));
    return this.post('/v1/pairing/confirm', { request: asked, code, signature });
  }

  async pair(scopes: readonly Scope[]): Promise<void> {
    const asked = (await this.ask(scopes)).body.request;
    const code = (await this.overview()).waiting.find((each) => each.request === asked)?.code ?? '';
    this.grant = (await this.confirm(asked, code)).body.grant;
  }

  async challenge(): Promise<string> {
    return (await this.post('/v1/pairing/challenge', { grant: this.grant })).body.challenge;
  }

  askToken(challenge: string) {
    const signature = this.sign(tokenText(this.origin, this.grant, challenge));
    return this.post('/v1/pairing/token', { grant: this.grant, challenge, signature });
  }

  async token(): Promise<string> {
    return (await this.askToken(await this.challenge())).body.token;
  }

  async bearer(): Promise<{ Authorization: string }> {
    return { Authorization: `Bearer ${await this.token()}` };
  }
}

export function memoryText(text: string | null = null) {
  let held = text;
  return {
    read: () => held,
    write: (next: string) => {
      held = next;
    },
  };
}
