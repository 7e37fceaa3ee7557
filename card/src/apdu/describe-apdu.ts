/**
 * The only form in which an APDU may reach a log or a trace: header and lengths for every command, data only for the
 * few commands whose data can never hold a key, a PIN, a cryptogram or a resident's data. An allow-list, so that a new
 * command is hidden until somebody decides otherwise. Answers show their length and status word only.
 */
import { bytesToHex } from '../bytes/index.ts';
import { parseCommand } from './command-apdu.ts';
import { parseResponse } from './response-apdu.ts';
import { formatStatusWord } from './status-words.ts';

export interface RedactedApdu {
  readonly name: string;
  /** CLA INS P1 P2 as hex. */
  readonly header: string;
  /** Hex for the commands of the allow-list, else `<n bytes>`; empty without data. */
  readonly data: string;
  readonly le: number | null;
}

const NAMES: Readonly<Record<number, string>> = {
  12: 'ERASE RECORD',
  22: 'CARD BLOCK',
  24: 'APPLICATION UNBLOCK',
  30: 'APPLICATION BLOCK',
  32: 'VERIFY',
  68: 'END PERSONALIZATION',
  130: 'EXTERNAL AUTHENTICATE',
  132: 'GET CHALLENGE',
  136: 'INTERNAL AUTHENTICATE',
  164: 'SELECT',
  176: 'READ BINARY',
  178: 'READ RECORD',
  192: 'GET RESPONSE',
  202: 'GET DATA',
  210: 'WRITE RECORD',
  212: 'WRITE KEY',
  214: 'UPDATE BINARY',
  220: 'UPDATE RECORD',
  224: 'CREATE FILE',
};

/** SELECT (a file identifier or name) and CREATE FILE (the public profile) without secure messaging. */
const SHOWN: ReadonlySet<string> = new Set(['00A4', '80E0']);

export function describeApdu(command: Uint8Array): RedactedApdu {
  const { cla, ins, p1, p2, data, le } = parseCommand(command);
  const header = bytesToHex(Uint8Array.of(cla, ins, p1, p2));
  const length = data?.length ?? 0;
  const shown = SHOWN.has(header.slice(0, 4)) && data !== undefined;
  return {
    name: NAMES[ins] ?? `INS ${header.slice(2, 4)}`,
    header,
    data: length === 0 ? '' : shown ? bytesToHex(data) : `<${length} bytes>`,
    le: le ?? null,
  };
}

export function describeResponse(response: Uint8Array): { readonly lengthBytes: number; readonly sw: string } {
  const { data, sw } = parseResponse(response);
  return { lengthBytes: data.length, sw: formatStatusWord(sw) };
}
