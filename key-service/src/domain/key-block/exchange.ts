/**
 * Keys that come and go as key blocks (KEYS.md, "Ceremony"): logged before the token is asked, put on record as
 * pre-active, and never active by import alone.
 */
import { bytesToHex } from '@rhc/card/bytes';
import type { KeySlotName } from '@rhc/card/profile';
import type { Hierarchy } from '@rhc/hsm-config';
import type { HsmPort } from '../../hsm/port.ts';
import { rootLabel, slotOf } from '../hierarchy.ts';
import type { KeyVersion } from '../key-versions.ts';
import type { AuditPort, KeyVersionStore } from '../ports.ts';
import { splitKeyBlock } from './header.ts';

export interface ExchangeRoom {
  readonly hierarchy: Hierarchy;
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly versions: KeyVersionStore;
  readonly audit: AuditPort;
  readonly now: () => Date;
}

export interface ImportOrder {
  readonly slot: KeySlotName;
  readonly version: number;
  /** Name of the protection key in the token. */
  readonly kbpk: string;
  readonly block: string;
  readonly actor: string;
}

/** @throws KEY_BLOCK_REFUSED, KEY_CHECK_VALUE_MISMATCH, AUDIT_UNAVAILABLE */
export async function importFromKeyBlock(room: ExchangeRoom, order: ImportOrder): Promise<Pick<KeyVersion, 'kcv'>> {
  const { slot, version, kbpk, block, actor } = order;
  const { header } = splitKeyBlock(block);
  const usage = slotOf(room.hierarchy, slot).purpose === 'security-code' ? 'encrypt' : 'derive';
  const told = { slot, version, kbpk, actor, blockVersion: header.version, usage: header.usage, mode: header.mode };
  await room.audit.record('key-block-import', told);
  let kcv: string;
  try {
    const made = await room.hsm.run('import-key-block', { kbpk, block, root: rootLabel(slot, version), usage });
    kcv = bytesToHex(made.kcv);
  } catch (error) {
    await room.audit.record('key-block-refused', {
      slot,
      version,
      kbpk,
      code: String((error as { code?: unknown }).code),
    });
    throw error;
  }
  await room.audit.record('root-imported', { slot, version, kcv, kbpk });
  const made = { slot, version, suite: room.hierarchy.suite, kcv, kcvMethod: 'ENC0' } as const;
  await room.versions.addPreActive(made, room.now());
  return { kcv };
}
