/** Typed client of the contract: deadlines, checked answers, and the service's errors brought back as they were. */
import { type ErrorBody, errorFromBody } from '@rhc/card/errors';
import { plainFetch } from '@rhc/service-shell';
import type { z } from 'zod';
import {
  type AgentAuditRequest,
  type AgentAuditResponse,
  agentAuditResponse,
  type BureauCardKeysRequest,
  type BureauCardKeysResponse,
  bureauCardKeysResponse,
  type FinishPersonalizationRequest,
  type FinishPersonalizationResponse,
  finishPersonalizationResponse,
  type HotlistKeyResponse,
  hotlistKeyResponse,
  type IssuerCertificateResponse,
  issuerCertificateResponse,
  type PreparePersonalizationRequest,
  type PreparePersonalizationResponse,
  preparePersonalizationResponse,
  type RekeyRequest,
  type RekeyResponse,
  type RevocationsResponse,
  rekeyResponse,
  revocationsResponse,
  type SamContactRequest,
  type SamIssueRequest,
  type SamIssueResponse,
  type SignHotlistRequest,
  type SignHotlistResponse,
  type SlotsResponse,
  type StatusResponse,
  samContactResponse,
  samIssueResponse,
  signHotlistResponse,
  slotsResponse,
  statusResponse,
  type TerminalRequest,
  type TerminalResponse,
  terminalResponse,
  type UnwrapDataKeyRequest,
  type UnwrapDataKeyResponse,
  unwrapDataKeyResponse,
  type WrapDataKeyRequest,
  type WrapDataKeyResponse,
  wrapDataKeyResponse,
} from '../contract/index.ts';
import { keyServiceErrors } from '../errors.ts';

export interface KeyServiceClientOptions {
  /** For example `http://127.0.0.1:8101`. */
  readonly baseUrl: string;
  /** Lends the bearer token for one request, so that the client keeps none; absent over mutual TLS. */
  readonly token?: () => string;
  /** Names this desk or SAM, so that a limit meets it alone and not its whole service. */
  readonly terminal?: string;
  readonly timeoutMs?: number;
  /** Over mutual TLS: `tlsFetch`. */
  readonly fetch?: typeof fetch;
}

export class KeyServiceClient {
  readonly #options: KeyServiceClientOptions;
  readonly #fetch: typeof fetch;

  constructor(options: KeyServiceClientOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? plainFetch();
  }

  prepare(request: PreparePersonalizationRequest): Promise<PreparePersonalizationResponse> {
    return this.#call('/v1/personalization/prepare', preparePersonalizationResponse, request);
  }
  finish(request: FinishPersonalizationRequest): Promise<FinishPersonalizationResponse> {
    return this.#call('/v1/personalization/finish', finishPersonalizationResponse, request);
  }
  terminal(request: TerminalRequest): Promise<TerminalResponse> {
    return this.#call('/v1/terminal', terminalResponse, request);
  }
  bureauCardKeys(request: BureauCardKeysRequest): Promise<BureauCardKeysResponse> {
    return this.#call('/v1/bureau/card-keys', bureauCardKeysResponse, request);
  }
  rekey(request: RekeyRequest): Promise<RekeyResponse> {
    return this.#call('/v1/rekey', rekeyResponse, request);
  }
  wrapDataKey(request: WrapDataKeyRequest): Promise<WrapDataKeyResponse> {
    return this.#call('/v1/data-keys/wrap', wrapDataKeyResponse, request);
  }
  unwrapDataKey(request: UnwrapDataKeyRequest): Promise<UnwrapDataKeyResponse> {
    return this.#call('/v1/data-keys/unwrap', unwrapDataKeyResponse, request);
  }
  signHotlist(request: SignHotlistRequest): Promise<SignHotlistResponse> {
    return this.#call('/v1/hotlist/signature', signHotlistResponse, request);
  }
  hotlistKey(): Promise<HotlistKeyResponse> {
    return this.#call('/v1/hotlist/key', hotlistKeyResponse);
  }
  slots(): Promise<SlotsResponse> {
    return this.#call('/v1/slots', slotsResponse);
  }
  status(): Promise<StatusResponse> {
    return this.#call('/v1/status', statusResponse);
  }
  revocations(): Promise<RevocationsResponse> {
    return this.#call('/v1/authority/revocations', revocationsResponse);
  }
  issuerCertificate(): Promise<IssuerCertificateResponse> {
    return this.#call('/v1/issuer-certificate', issuerCertificateResponse);
  }

  samIssue(request: SamIssueRequest): Promise<SamIssueResponse> {
    return this.#call('/v1/sam-issue', samIssueResponse, request);
  }

  samContact(samSerial: string, request: SamContactRequest): Promise<{ refused: boolean }> {
    return this.#call(`/v1/sams/${encodeURIComponent(samSerial)}/contact`, samContactResponse, request);
  }
  agentAudit(request: AgentAuditRequest): Promise<AgentAuditResponse> {
    return this.#call('/v1/agent-audit', agentAuditResponse, request);
  }

  async #call<S extends z.ZodType>(path: string, schema: S, body?: unknown): Promise<z.output<S>> {
    const { status, text } = await this.#send(path, body)
      .catch((cause: unknown) => {
        // Every call of the contract is stateless: what was lost with its connection may be asked again.
        if (isLostConnection(cause)) return this.#send(path, body);
        throw cause;
      })
      .catch((cause: unknown) => {
        const slow = (cause as { name?: string }).name === 'TimeoutError';
        throw keyServiceErrors.make(slow ? 'KEY_SERVICE_SLOW' : 'KEY_SERVICE_UNREACHABLE', { cause, detail: path });
      });
    const answer = parsed(text);
    if (status < 200 || status > 299) throw this.#refusal(status, answer, path);
    const checked = schema.safeParse(answer);
    if (checked.success) return checked.data;
    throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: path });
  }

  async #send(path: string, body: unknown): Promise<{ status: number; text: string }> {
    const { baseUrl, token, terminal, timeoutMs = 10_000 } = this.#options;
    const response = await this.#fetch(new URL(path, baseUrl), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token()}` }),
        ...(terminal === undefined ? {} : { 'x-rhc-terminal': terminal }),
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  }

  #refusal(status: number, answer: unknown, path: string): Error {
    const body = (answer as { error?: Partial<ErrorBody> } | null)?.error;
    if (typeof body?.code === 'string' && body.message !== undefined && body.nextStep !== undefined) {
      return errorFromBody(body as ErrorBody, status);
    }
    return keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: `${path}: status ${status}` });
  }
}

/** A connection that the service closed or lost while we sent; not one that could not be made. */
function isLostConnection(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
