/** An answer to reset as a technician reads it: form, offered protocols, speed, historical bytes. ISO/IEC 7816-3, 8. */
import { type Atr, parseAtr } from '@rhc/card/apdu';
import { bytesToHex } from '@rhc/card/bytes';
import { byteMs, CONTACTLESS_106, contactLink } from '@rhc/card/wire-model';

export interface AtrReport {
  readonly atr: string;
  readonly form: 'contact' | 'contactless' | 'unreadable';
  readonly interfaceBytes: readonly string[];
  readonly historicalBytes: string;
  /** `T=0`, `T=1`, … as offered. */
  readonly protocols: readonly string[];
  /** What the link carries, from TA1 at 4 MHz or 106 kbit/s; null when it cannot be told. */
  readonly bytesPerSecond: number | null;
}

const DEFAULT_TA1 = 0x11;

export function atrReport(bytes: Uint8Array): AtrReport {
  const atr = bytesToHex(bytes);
  try {
    return reportOf(atr, parseAtr(bytes));
  } catch {
    return { atr, form: 'unreadable', interfaceBytes: [], historicalBytes: '', protocols: [], bytesPerSecond: null };
  }
}

function reportOf(atr: string, { form, interfaceBytes, historicalBytes }: Atr): AtrReport {
  // PC/SC part 3 dresses a contactless card's answer as `3B 8n 80 01 …`.
  const contactless = form === 'ats' || interfaceBytes.map(({ value }) => value).join() === '128,1';
  const offered = interfaceBytes.filter(({ name }) => name.startsWith('TD')).map(({ value }) => `T=${value & 0x0f}`);
  return {
    atr,
    form: contactless ? 'contactless' : 'contact',
    interfaceBytes: interfaceBytes.map(({ name, value }) => `${name}=${bytesToHex(Uint8Array.of(value))}`),
    historicalBytes: bytesToHex(historicalBytes),
    protocols: contactless ? ['T=CL'] : [...new Set(offered.length === 0 ? ['T=0'] : offered)],
    bytesPerSecond: speedOf(contactless, interfaceBytes.find(({ name }) => name === 'TA1')?.value),
  };
}

function speedOf(contactless: boolean, ta1: number = DEFAULT_TA1): number | null {
  try {
    return Math.round(1000 / byteMs(contactless ? CONTACTLESS_106 : contactLink(ta1)));
  } catch {
    return null;
  }
}
