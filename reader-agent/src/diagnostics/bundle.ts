/**
 * The diagnostics bundle: one zip for whoever helps, made from parts that hold no person and no key to begin with. Last, every
 * text is scanned for what looks like one (identity numbers, long digits, Chinese names are never written): a file in which
 * something is found is left out and named, rather than sent.
 */
import { strToU8, zipSync } from 'fflate';
import type { Recording } from './dialogue.ts';

export interface BundleParts {
  readonly status: object;
  /** Source and versions of the keys, state of the SAM. */
  readonly keys: object;
  readonly settings: object;
  readonly readers: readonly object[];
  readonly recording: Recording;
  readonly machine: object;
  /** Last lines of the log, which is redacted when it is written. */
  readonly logLines: readonly string[];
}

/** A date of birth inside 15 or 18 digits, a phone number, a bank card. */
const SUSPICIOUS = [/\d{14,17}[\dXx](?![0-9A-Fa-f])/, /(?<!\d)1[3-9]\d{9}(?!\d)/, /(?<!\d)0\d{2,3}-\d{7,8}(?!\d)/];
const CARD_NUMBERS = /("(?:cardFactor|atr|historicalBytes|insertion)"\s*:\s*)"?[0-9A-F]+"?/g;

/** A card's serial is a person's in all but name: replaced by its place in the bundle. */
export const withoutCardNumbers = (text: string): string => text.replace(CARD_NUMBERS, '$1"***"');

export function diagnosticsBundle(parts: BundleParts): Uint8Array {
  const files: Readonly<Record<string, string>> = {
    'status.json': json(parts.status),
    'keys.json': json(parts.keys),
    'settings.json': json(parts.settings),
    'readers.json': json(parts.readers),
    'dialogues.json': json(parts.recording),
    'machine.json': json(parts.machine),
    'agent.log': `${parts.logLines.join('\n')}\n`,
  };
  const kept: Record<string, Uint8Array> = {};
  const leftOut: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const clean = withoutCardNumbers(text);
    if (SUSPICIOUS.some((pattern) => pattern.test(clean))) leftOut.push(name);
    else kept[name] = strToU8(clean);
  }
  kept['README.txt'] = strToU8(
    `读卡程序诊断包,不含个人信息与密钥。\nDiagnostics of the reader agent: no personal data, no keys.\n${
      leftOut.length === 0 ? '' : `未包含 left out: ${leftOut.join(', ')}\n`
    }`,
  );
  return zipSync(kept, { level: 6 });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
