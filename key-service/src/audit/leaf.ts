/** A leaf of the audit log: one operation that mattered, as one line of canonical JSON (RFC 8785). Pure. */
import canonicalize from 'canonicalize';

export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue };
export type AuditDetails = Readonly<Record<string, AuditValue>>;

/** What is to be written; it gets its index when it is appended. */
export interface AuditEntry {
  /** UUID; an entry that is handed in twice (spool, lost connection) is written once. */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly action: string;
  readonly details: AuditDetails;
}
export interface AuditLeaf extends AuditEntry {
  readonly index: number;
}

/** @throws Error when `value` is not JSON (NaN, lone surrogates, undefined) */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

export const leafLine = ({ id, at, action, details }: AuditEntry, index: number): string =>
  canonicalJson({ action, at, details, id, index });

/** Reads a line back; null when it is not a leaf in its canonical form. */
export function parseLeaf(line: string): AuditLeaf | null {
  try {
    const value = JSON.parse(line) as Partial<AuditLeaf> | null;
    if (typeof value !== 'object' || value === null || canonicalJson(value) !== line) return null;
    const { id, at, action, index, details } = value;
    const whole =
      typeof id === 'string' &&
      typeof at === 'string' &&
      typeof action === 'string' &&
      typeof index === 'number' &&
      Number.isSafeInteger(index) &&
      typeof details === 'object' &&
      details !== null;
    return whole && Object.keys(value).length === 5 ? (value as AuditLeaf) : null;
  } catch {
    return null;
  }
}
