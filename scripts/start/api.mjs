/** HTTP calls to our own services: token, deadline, and the service's own sentence when it refuses. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { StartFailure } from './failure.mjs';

export class Api {
  /**
   * @param {string} service @param {string} url @param {string} tokenFile
   * @param {typeof fetch} [send] over TLS: one that knows the authority
   */
  constructor(service, url, tokenFile, send = fetch) {
    this.service = service;
    this.url = url;
    this.tokenFile = tokenFile;
    this.send = send;
  }

  token() {
    return readFileSync(this.tokenFile, 'utf8').trim();
  }

  /**
   * @param {'GET' | 'POST'} method @param {string} path
   * @param {{ json?: unknown, bytes?: Uint8Array<ArrayBuffer>, headers?: Record<string, string>, deadlineMs?: number }} [options]
   * @returns {Promise<{ status: number, body: any }>}
   */
  async ask(method, path, { json, bytes, headers = {}, deadlineMs = 30_000 } = {}) {
    const body = json === undefined ? bytes : JSON.stringify(json);
    const type = json === undefined ? 'application/octet-stream' : 'application/json';
    let answer;
    try {
      answer = await this.send(`${this.url}${path}`, {
        method,
        ...(body === undefined ? {} : { body }),
        headers: {
          authorization: `Bearer ${this.token()}`,
          ...(body === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        signal: AbortSignal.timeout(deadlineMs),
      });
    } catch (error) {
      throw new StartFailure(
        {
          zh: `${this.service} 没有应答（${method} ${path}）。`,
          en: `${this.service} did not answer (${method} ${path}).`,
        },
        { zh: `请查看 var/log/${this.service}.log`, en: `See var/log/${this.service}.log` },
        error instanceof Error ? error.message : String(error),
      );
    }
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  }

  /**
   * As `ask`, but anything that is not 2xx is a failure with the service's own words.
   * @param {'GET' | 'POST'} method @param {string} path @param {Parameters<Api['ask']>[2]} [options]
   */
  async demand(method, path, options) {
    const { status, body } = await this.ask(method, path, options);
    if (status >= 200 && status < 300) return body;
    const error = body?.error;
    const fields = (error?.fields ?? []).map(
      (/** @type {any} */ fault) => `${fault.field}: ${fault.rule.zh} / ${fault.rule.en}`,
    );
    throw new StartFailure(
      error?.message ?? { zh: `${this.service} 返回 ${status}`, en: `${this.service} answered ${status}` },
      error?.nextStep,
      [`${this.service} ${method} ${path} ${status} ${error?.code ?? ''}`, ...fields].join('\n'),
    );
  }

  /** @param {() => void} assertHopeful @param {number} deadlineMs */
  async untilAlive(assertHopeful, deadlineMs) {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      try {
        const answer = await this.send(`${this.url}/healthz`, { signal: AbortSignal.timeout(2000) });
        const body = /** @type {any} */ (await answer.json());
        // Another program on this port would answer something else.
        if (answer.ok && body.service === this.service) return;
      } catch {}
      assertHopeful();
      if (Date.now() > deadline)
        throw new StartFailure(
          {
            zh: `${this.service} 在 ${deadlineMs / 1000} 秒内没有就绪。`,
            en: `${this.service} was not ready within ${deadlineMs / 1000} s.`,
          },
          { zh: `请查看 var/log/${this.service}.log`, en: `See var/log/${this.service}.log` },
        );
      await pause(50);
    }
  }
}
