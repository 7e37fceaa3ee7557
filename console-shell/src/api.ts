/** Calls of a console to its own service: token, idempotency key, faults as sentences. */

export interface Text {
  readonly zh: string;
  readonly en: string;
}
export interface FieldFault {
  readonly field: string;
  readonly rule: Text;
  readonly nextStep?: Text | undefined;
}

export interface FaultBody {
  readonly code: string;
  readonly message: Text;
  readonly nextStep: Text;
  readonly retriable: boolean;
  readonly fields?: readonly FieldFault[];
}

/** What a service or the network refused, ready to be shown by `<FaultNotice>`. */
export class Fault extends Error {
  readonly body: FaultBody;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly requestId: string | null;

  constructor(body: FaultBody, status: number, requestId: string | null) {
    super(`${body.message.zh} ${body.message.en}`);
    this.body = body;
    this.status = status;
    this.requestId = requestId;
  }
}

const UNREACHABLE: FaultBody = {
  code: 'SERVICE_UNREACHABLE',
  message: { zh: '服务没有应答。', en: 'The service does not answer.' },
  nextStep: {
    zh: '请检查网络与服务是否在运行,然后重试。',
    en: 'Check the network and that the service runs, then try again.',
  },
  retriable: true,
};

const UNREADABLE: FaultBody = {
  code: 'ANSWER_UNREADABLE',
  message: { zh: '服务的应答无法读懂。', en: "The service's answer cannot be read." },
  nextStep: { zh: '请重试;若再次出现,请告知管理员。', en: 'Try again; if it comes back, tell the administrator.' },
  retriable: true,
};

export interface CallOptions {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Given for calls that change something; the same key twice changes once. */
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const TOKEN_NAME = 'rhc-token';

/**
 * The access token of this tab. `npm start` prints addresses with `#token=…`: a fragment reaches no server and is taken
 * out of the address at once.
 */
export const accessToken = {
  take(): void {
    const presented = new URLSearchParams(location.hash.slice(1)).get('token');
    if (presented === null) return;
    sessionStorage.setItem(TOKEN_NAME, presented);
    history.replaceState(null, '', location.pathname + location.search);
  },
  get: (): string | null => sessionStorage.getItem(TOKEN_NAME),
  set: (token: string): void => sessionStorage.setItem(TOKEN_NAME, token),
  forget: (): void => sessionStorage.removeItem(TOKEN_NAME),
};

async function send(method: string, path: string, options: CallOptions): Promise<Response> {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const token = accessToken.get();
  const raw = options.body instanceof Blob || options.body instanceof ArrayBuffer;
  try {
    return await fetch(url, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(options.body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: raw ? (options.body as BodyInit) : JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new Fault(UNREACHABLE, 0, null);
  }
}

async function faultOf(response: Response): Promise<Fault> {
  try {
    const { error, requestId } = (await response.json()) as { error: FaultBody; requestId?: string };
    if (typeof error.message.zh === 'string') return new Fault(error, response.status, requestId ?? null);
  } catch {
    // Not ours: a proxy, or a page.
  }
  return new Fault(UNREADABLE, response.status, response.headers.get('x-request-id'));
}

/** Told when a call was refused because nobody is signed in (any more): the console shows its sign-in page. */
const signedOutListeners = new Set<() => void>();
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

async function refusal(response: Response): Promise<Fault> {
  const fault = await faultOf(response);
  if (fault.status === 401) for (const listener of signedOutListeners) listener();
  return fault;
}

/** @throws Fault */
export async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  options: CallOptions = {},
): Promise<T> {
  const response = await send(method, path, options);
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** An answer that is text (JSON lines, signed notes, PEM). @throws Fault */
export async function callText(path: string, options: CallOptions = {}): Promise<string> {
  const response = await send('GET', path, options);
  if (!response.ok) throw await refusal(response);
  return response.text();
}

/** An answer that is a file (PDF, CSV). @throws Fault */
export async function download(path: string, options: CallOptions & { method?: 'GET' | 'POST' } = {}): Promise<Blob> {
  const response = await send(options.method ?? 'GET', path, options);
  if (!response.ok) throw await refusal(response);
  return response.blob();
}

/** An answer that does not end: events as they happen. @throws Fault */
export async function openStream(path: string, options: CallOptions = {}): Promise<ReadableStream<Uint8Array>> {
  const response = await send('GET', path, options);
  if (!response.ok) throw await refusal(response);
  if (response.body === null) throw new Fault(UNREADABLE, response.status, null);
  return response.body;
}

/** Hands a file to the person. */
export function saveAs(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

/** One for each thing a person means to do; kept for its repetitions. */
export const newIdempotencyKey = (): string => crypto.randomUUID();
