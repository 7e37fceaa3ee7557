/**
 * Calls of the agent to card-issuer: JSON there and back, a deadline, answers checked, card-issuer's own errors brought
 * back as they were.
 */
import { type ErrorBody, errorFromBody } from '@rhc/card/errors';
import type { z } from 'zod';
import { agentErrors } from './errors.ts';

export type IssuerCall = <S extends z.ZodType>(path: string, body: object, answer: S) => Promise<z.output<S>>;

export interface IssuerCallOptions {
  readonly baseUrl: string;
  /** Lends the token for one request. */
  readonly token: () => string;
  readonly fetch?: typeof fetch | undefined;
}

const TIMEOUT_MS = 10_000;

/** What each call throws besides card-issuer's own errors: ISSUER_UNREACHABLE, ISSUER_ANSWER_INVALID. */
export function issuerCalls({ baseUrl, token, fetch: send = fetch }: IssuerCallOptions): IssuerCall {
  return async (path, body, schema) => {
    let response: Response;
    let text: string;
    try {
      response = await send(new URL(path, baseUrl), {
        method: 'POST',
        headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (cause) {
      throw agentErrors.make('ISSUER_UNREACHABLE', { cause, detail: path });
    }
    const answer = parsed(text);
    if (!response.ok) throw refusal(answer, response.status, path);
    const checked = schema.safeParse(answer);
    if (checked.success) return checked.data;
    throw agentErrors.make('ISSUER_ANSWER_INVALID', { detail: path });
  };
}

function refusal(answer: unknown, status: number, path: string): Error {
  const body = (answer as { error?: Partial<ErrorBody> } | null)?.error;
  if (typeof body?.code === 'string' && body.message !== undefined && body.nextStep !== undefined) {
    return errorFromBody(body as ErrorBody, status);
  }
  return agentErrors.make('ISSUER_ANSWER_INVALID', { detail: `${path}: status ${status}` });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
