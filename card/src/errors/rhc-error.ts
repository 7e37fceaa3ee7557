/**
 * The one error family of the house. Every error that can reach a person or another process has a stable code, a
 * sentence in Chinese and in English, and the next step; what helps only the engineer stays in `detail`, which no
 * service sends out. Errors are told apart by `code`, never by `instanceof`: they cross processes and package copies.
 */

export interface Text {
  readonly zh: string;
  readonly en: string;
}

export interface ErrorDefinition {
  readonly message: Text;
  readonly nextStep: Text;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retriable: boolean;
  /** HTTP status with which a service answers; 500 where the table says nothing. */
  readonly httpStatus?: number;
}

/** What crosses a process boundary: all but `detail`. */
export interface ErrorBody {
  readonly code: string;
  readonly message: Text;
  readonly nextStep: Text;
  readonly retriable: boolean;
  /** Names of the fields and rules at fault, for bad input. Values never stand here. */
  readonly fields?: readonly FieldFault[];
}

export interface FieldFault {
  /** Path of the field in the input, for example `residents[3].idNumber`. */
  readonly field: string;
  readonly rule: Text;
  /** The remedy for this field, where it says more than the error's own next step. */
  readonly nextStep?: Text;
}

/** `message` is the English sentence (what Error shows); the pair of sentences is `text`. */
export class RhcError extends Error {
  readonly code: string;
  readonly nextStep: Text;
  readonly retriable: boolean;
  readonly httpStatus: number;
  readonly fields?: readonly FieldFault[];
  /** For the engineer's log only. Must never hold a key, a PIN or a resident's data. */
  readonly detail: string | undefined;
  readonly text: Text;

  constructor(
    code: string,
    definition: ErrorDefinition,
    extra: { detail?: string; fields?: readonly FieldFault[]; cause?: unknown } = {},
  ) {
    super(`${definition.message.en} [${code}]`, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'RhcError';
    this.code = code;
    this.text = definition.message;
    this.nextStep = definition.nextStep;
    this.retriable = definition.retriable;
    this.httpStatus = definition.httpStatus ?? 500;
    if (extra.fields !== undefined) this.fields = extra.fields;
    this.detail = extra.detail;
  }

  toBody(): ErrorBody {
    const body = { code: this.code, message: this.text, nextStep: this.nextStep, retriable: this.retriable };
    return this.fields === undefined ? body : { ...body, fields: this.fields };
  }

  toJSON(): ErrorBody {
    return this.toBody();
  }
}

/** True for an error of this family, whichever copy of this package made it. */
export function isRhcError(error: unknown): error is RhcError {
  return (
    error instanceof Error &&
    typeof (error as Partial<RhcError>).code === 'string' &&
    typeof (error as Partial<RhcError>).toBody === 'function'
  );
}

/**
 * A room's table of errors. `CARD_NOT_PRESENT: {…}` gives `errors.make('CARD_NOT_PRESENT', { detail })`; a code that
 * is not in the table does not compile.
 */
export function defineErrors<const T extends Record<string, ErrorDefinition>>(table: T) {
  return Object.freeze({
    table: Object.freeze(table) as T,
    make(
      code: keyof T & string,
      extra?: { detail?: string; fields?: readonly FieldFault[]; cause?: unknown },
    ): RhcError {
      return new RhcError(code, table[code] as ErrorDefinition, extra);
    },
  });
}

/** Rebuilds an error from what another process sent, so that its sentence and next step reach the person unchanged. */
export function errorFromBody(body: ErrorBody, httpStatus = 502): RhcError {
  return new RhcError(
    body.code,
    { message: body.message, nextStep: body.nextStep, retriable: body.retriable, httpStatus },
    body.fields === undefined ? {} : { fields: body.fields },
  );
}
