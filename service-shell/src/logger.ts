/** Structured logs (pino). Names of fields that could carry a secret or a person are censored whatever is put there. */
import { type DestinationStream, type Logger, pino } from 'pino';

const CENSORED = [
  'pin',
  'token',
  'authorization',
  'key',
  'secret',
  'password',
  'command',
  'response',
  'name',
  'idNumber',
  'cardNumber',
  'phone',
  'address',
  'photo',
];

export type { Logger };

/** @param level pino level; `silent` in tests. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: CENSORED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
    serializers: { err: errorFields },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What a log may say of an error: code, sentence, engineer's detail, stack; never its `cause`'s own properties. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { code, detail, errorText: error.message, stack: error.stack, cause };
}
