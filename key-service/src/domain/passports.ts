/** Known-answer passports of tokens: which mechanism passed when; kept for auditors, the newest are shown. */
import type { TokenDescription } from '../hsm/port.ts';

export interface Passport {
  readonly at: string;
  readonly serial: string;
  readonly label: string;
  readonly model: string;
  readonly firmware: string;
  readonly passed: boolean;
  readonly answers: TokenDescription['knownAnswers'];
}

export interface PassportStore {
  add(passport: Passport): Promise<void>;
  /** Newest first. */
  latest(limit: number): Promise<Passport[]>;
}
