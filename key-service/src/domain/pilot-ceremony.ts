/**
 * Runs a ceremony script (KEYS.md, "Ceremony"). Resumable: what is done is seen from the token and the records, so it
 * may be cut anywhere and run again; a run after the last step changes nothing.
 */
import { bytesToHex } from '@rhc/card/bytes';
import type { CeremonyScript, Hierarchy } from '@rhc/hsm-config';
import { keyServiceErrors } from '../errors.ts';
import type { HsmPort } from '../hsm/port.ts';
import { ALL_KEY_SLOTS, rootLabel, slotOf } from './hierarchy.ts';
import { type KeyVersion, mismatched } from './key-versions.ts';
import type { AuditPort, CeremonyStore, KeyVersionStore } from './ports.ts';

export interface CeremonyRoom {
  readonly script: CeremonyScript;
  readonly scriptHash: string;
  readonly hierarchy: Hierarchy;
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly versions: KeyVersionStore;
  readonly runs: CeremonyStore;
  readonly audit: AuditPort;
  readonly now: () => Date;
}

export interface CeremonyResult {
  readonly versions: readonly KeyVersion[];
  /** Roots made and versions activated by this run; 0 when everything was done before. */
  readonly changes: number;
}

export function componentTexts(script: CeremonyScript, slot: string, version: number): string[] {
  return Array.from({ length: script.components.count }, (_, index) =>
    script.components.template
      .replaceAll('{slot}', slot)
      .replaceAll('{version}', String(version))
      .replaceAll('{component}', String(index + 1)),
  );
}

export async function runCeremony(room: CeremonyRoom): Promise<CeremonyResult> {
  const { script, scriptHash, runs } = room;
  const earlier = await runs.find(script.id);
  if (earlier !== null && earlier.scriptHash !== scriptHash) {
    throw keyServiceErrors.make('CEREMONY_SCRIPT_CHANGED', { detail: script.id });
  }
  if (earlier === null) {
    await runs.begin({ script: script.id, scriptVersion: script.version, scriptHash }, room.now());
    await room.audit.record('ceremony-begun', { script: script.id, scriptHash });
  }
  let changes = 0;
  for (const { step } of script.steps) {
    if (step === 'import-components') changes += await importAll(room);
    else if (step === 'confirm-kcv') await confirmCheckValues(room);
    else if (step === 'activate') changes += await activateAll(room);
    // init-token is done before: without a token there is no HsmPort.
  }
  if (earlier?.completed !== true) {
    await runs.complete(script.id, room.now());
    await room.audit.record('ceremony-completed', { script: script.id, changes });
  }
  return { versions: await room.versions.all(), changes };
}

async function importAll({ script, hierarchy, hsm, versions, audit, now }: CeremonyRoom): Promise<number> {
  let created = 0;
  const recorded = new Map((await versions.all()).map((each) => [rootLabel(each.slot, each.version), each.state]));
  for (const slot of ALL_KEY_SLOTS) {
    const usage = slotOf(hierarchy, slot).purpose === 'security-code' ? 'encrypt' : 'derive';
    for (const { version } of script.versions) {
      const root = rootLabel(slot, version);
      if (recorded.get(root) === 'destroyed') continue;
      const pilotTexts = componentTexts(script, slot, version);
      const made = await hsm.run('import-root', { root, usage, pilotTexts, suite: script.suite });
      const kcv = bytesToHex(made.kcv);
      if (made.created) created++;
      if (recorded.has(root)) continue;
      // Logged before it is on record, and so usable: a ceremony cut in between writes the same leaf, once.
      await audit.record('root-imported', { slot, version, kcv }, `${script.id}/root-imported/${root}/${kcv}`);
      await versions.addPreActive({ slot, version, suite: script.suite, kcv, kcvMethod: 'ENC0' }, now());
    }
  }
  return created;
}

/** The records' check values against the token's own: a wrong database beside a token is found here. */
async function confirmCheckValues({ hsm, versions }: CeremonyRoom): Promise<void> {
  const inToken = new Map((await hsm.run('describe-roots', null)).map(({ root, kcv }) => [root, bytesToHex(kcv)]));
  const wrong = mismatched(await versions.all(), inToken);
  if (wrong.length === 0) return;
  const detail = wrong.map(({ slot, version }) => rootLabel(slot, version)).join(', ');
  throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail });
}

async function activateAll({ script, versions, audit, now }: CeremonyRoom): Promise<number> {
  let changes = 0;
  const waiting = (await versions.all()).filter(({ state }) => state === 'pre-active');
  for (const { version } of script.versions.filter((entry) => entry.state === 'active')) {
    for (const slot of ALL_KEY_SLOTS) {
      const found = waiting.find((each) => each.slot === slot && each.version === version);
      if (found === undefined) continue;
      const root = rootLabel(slot, version);
      const log = await audit.record(
        'version-activated',
        { slot, version },
        `${script.id}/version-activated/${root}/${found.kcv}`,
      );
      if (await versions.activate(slot, version, now(), { script: script.id, log })) changes++;
    }
  }
  return changes;
}
