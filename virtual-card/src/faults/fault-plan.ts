/**
 * Faults declared as data: what goes wrong, and at which command. A plan is plain JSON, so that a test matrix, a
 * demonstration and a bug report name a fault in the same words.
 */

/** Commands of the card since the plan was armed, 1 = the next; `ins` narrows the count to one instruction. */
export interface FaultPlace {
  readonly command: number;
  /** Instruction byte as two hex digits, for example `D6`. */
  readonly ins?: string;
}

export type Fault =
  /** Power cut at the n-th non-volatile write: before it, inside it (nothing or all of it happened), or after it. */
  | { readonly kind: 'tear'; readonly write: number; readonly when: 'before' | 'during' | 'after' }
  /** The n-th non-volatile write fails; the chip says 6581 and lives on. */
  | { readonly kind: 'memory-failure'; readonly write: number }
  /** The memory has no room left for files and keys: 6A84. */
  | { readonly kind: 'memory-full' }
  /** The answer comes late; the card did its work. */
  | { readonly kind: 'slow'; readonly at: FaultPlace; readonly delayMs: number }
  /** Bits of one byte of the answer turn over; the card did its work. `byte` counts from 0, from the end if negative. */
  | { readonly kind: 'garbled'; readonly at: FaultPlace; readonly byte: number; readonly mask: number }
  /** Only the first bytes of the answer come. */
  | { readonly kind: 'truncated'; readonly at: FaultPlace; readonly keepBytes: number }
  /** Another status word; `executed` tells whether the card did its work all the same. */
  | { readonly kind: 'wrong-status'; readonly at: FaultPlace; readonly sw: number; readonly executed: boolean }
  /** From there on the card says nothing, ever; `executed` tells whether it still heard that command. */
  | { readonly kind: 'silent'; readonly at: FaultPlace; readonly executed: boolean };

export type FaultKind = Fault['kind'];

export const FAULT_KINDS = [
  'tear',
  'memory-failure',
  'memory-full',
  'slow',
  'garbled',
  'truncated',
  'wrong-status',
  'silent',
] as const satisfies readonly FaultKind[];

/** What each kind says beside its name: a plan comes as JSON too, where no compiler looks. */
const PARTS: Readonly<Record<FaultKind, readonly string[]>> = {
  tear: ['write', 'when'],
  'memory-failure': ['write'],
  'memory-full': [],
  slow: ['at', 'delayMs'],
  garbled: ['at', 'byte', 'mask'],
  truncated: ['at', 'keepBytes'],
  'wrong-status': ['at', 'sw', 'executed'],
  silent: ['at', 'executed'],
};

/** Refuses a plan that can never strike or that contradicts itself, with the entry named. */
export function checkFaults(faults: readonly Fault[]): void {
  for (const fault of faults) {
    requireParts(fault);
    if ('write' in fault) requireCount(fault.write, fault.kind);
    if ('at' in fault) {
      requireCount(fault.at.command, fault.kind);
      if (fault.at.ins !== undefined && !/^[0-9A-F]{2}$/.test(fault.at.ins)) {
        throw new RangeError(`${fault.kind}: an instruction is two hex digits`);
      }
    }
    if (fault.kind === 'garbled' && (fault.mask < 1 || fault.mask > 0xff || !Number.isInteger(fault.mask))) {
      throw new RangeError('garbled: a mask of 0 garbles nothing');
    }
    if (fault.kind === 'truncated' && (!Number.isInteger(fault.keepBytes) || fault.keepBytes < 0)) {
      throw new RangeError('truncated: keepBytes is a number of bytes');
    }
    if (fault.kind === 'wrong-status' && !(fault.sw >= 0 && fault.sw <= 0xffff && Number.isInteger(fault.sw))) {
      throw new RangeError('wrong-status: not a status word');
    }
  }
  for (const kind of ['tear', 'memory-full'] as const) {
    if (faults.filter((fault) => fault.kind === kind).length > 1) throw new RangeError(`${kind}: once in a plan`);
  }
}

function requireParts({ kind, ...given }: Fault): void {
  if (!FAULT_KINDS.includes(kind)) throw new RangeError(`${kind}: one of ${FAULT_KINDS.join(', ')} expected`);
  const named = Object.keys(given);
  const wrong = [
    ...PARTS[kind].filter((part) => !named.includes(part)).map((part) => `${part} is missing`),
    ...named.filter((part) => !PARTS[kind].includes(part)).map((part) => `${part} says nothing`),
  ];
  if (wrong.length > 0) throw new RangeError(`${kind}: ${wrong.join(', ')}`);
}

function requireCount(count: number, kind: FaultKind): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${kind}: counted from 1`);
}
