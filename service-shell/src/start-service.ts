/** Listening, stopping and failing of a service process. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { errorFromBody, isRhcError } from '@rhc/card/errors';
import type Koa from 'koa';
import { shellErrors } from './errors.ts';
import type { Logger } from './logger.ts';
import { type ServerTls, tlsServer } from './tls.ts';

export interface RunningService {
  readonly server: Server;
  readonly port: number;
  /** New certificate or revocation list, without a restart. Nothing on plain HTTP. */
  updateTls(tls: ServerTls): void;
  /** Stops listening, lets requests finish, then runs `onStop`. Safe to call twice. */
  stop(): Promise<void>;
}

const KEEP_ALIVE_MS = 65_000;
/** How long a stopping service waits for requests in flight; then their connections are cut. */
const FINISH_MS = 4_000;

/**
 * Listens on one address.
 * @param options.port 0 picks a free one
 * @throws ADDRESS_IN_USE
 */
export async function listen(
  app: Koa,
  options: { host: string; port: number; tls?: ServerTls; onStop?: () => Promise<void>; finishMs?: number },
): Promise<RunningService> {
  const answer = app.callback();
  const running = new Set<ServerResponse>();
  let idle: () => void = () => undefined;
  const listener: RequestListener = (request, response) => {
    running.add(response);
    response.once('close', () => {
      running.delete(response);
      if (running.size === 0) idle();
    });
    void answer(request, response);
  };
  const secured = options.tls === undefined ? null : tlsServer(options.tls, listener);
  const server = secured?.server ?? createServer(listener);
  // Node's 5 s race with clients that send on a connection just being closed; ours send again within a minute or not at all.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? shellErrors.make('ADDRESS_IN_USE', { cause, detail: `port ${options.port}` })
          : cause,
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // Streams of events have no end of their own.
      for (const each of running) if (isStream(each)) each.destroy();
      if (running.size > 0) await untilIdle((done) => (idle = done), options.finishMs ?? FINISH_MS);
      server.closeAllConnections();
      await options.onStop?.();
      await closed;
    })();
    return stopping;
  };
  return { server, port, stop, updateTls: (tls) => secured?.update(tls) };
}

const isStream = (response: ServerResponse): boolean =>
  String(response.getHeader('content-type') ?? '').startsWith('text/event-stream');

function untilIdle(onIdle: (done: () => void) => void, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, limitMs);
    onIdle(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}

/** Main of a service: runs `start`, stops cleanly on SIGINT/SIGTERM, prints a sentence with the next step on failure. */
export async function startService(logger: Logger, start: () => Promise<RunningService>): Promise<void> {
  try {
    const running = await start();
    logger.info({ port: running.port }, 'listening');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        void running.stop().then(
          () => process.exit(0),
          () => process.exit(1),
        );
      });
    }
  } catch (error) {
    printFailure(error);
    logger.fatal({ err: error }, 'did not start');
    process.exit(1);
  }
}

/** A failure as a person reads it: sentence, fields, next step, in Chinese and English. */
export function failureText(error: unknown): string {
  const known = isRhcError(error) ? error : errorFromBody(shellErrors.make('INTERNAL').toBody());
  const fields = (known.fields ?? []).map((fault) => `  · ${fault.field}: ${fault.rule.zh} / ${fault.rule.en}`);
  return [
    `✗ ${known.text.zh} ${known.text.en} [${known.code}]`,
    ...fields,
    `→ ${known.nextStep.zh} ${known.nextStep.en}`,
  ].join('\n');
}

function printFailure(error: unknown): void {
  process.stderr.write(`${failureText(error)}\n`);
  if (!isRhcError(error) && error instanceof Error) process.stderr.write(`${error.stack ?? error.message}\n`);
}
