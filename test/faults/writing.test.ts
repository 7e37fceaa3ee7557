/**
 * A wire that lies under patch, visit and re-key, at every command: garbled, cut short, another status word, a forged 9000.
 * What the report says is what the chip holds, judged on the chip's memory; and the same work again, undisturbed, ends it.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { applyPatch } from '@rhc/card/patch';
import { type CardKeySlotName, nationalProfile } from '@rhc/card/profile';
import { localRekeyKeys, rekeyCard } from '@rhc/card/rekey';
import { pilotRoot } from '@rhc/card/secure-messaging';
import type { Transport } from '@rhc/card/session';
import { writeVisit } from '@rhc/card/visits';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import {
  CutCard,
  chipFile,
  openSession,
  personalizedContent,
  seededRandom,
} from '../card-writing/personalized-card.ts';

const LONG_MS = 300_000;

type Lie = (card: CutCard, command: Uint8Array) => Promise<Uint8Array>;
/** Each lie gets the command before the card does; most let the card do its work. */
const lies: Readonly<Record<string, Lie>> = {
  garbled: async (card, command) => (await card.transmit(command)).map((byte, i) => (i === 0 ? byte ^ 0x40 : byte)),
  'cut short': async (card, command) => (await card.transmit(command)).slice(0, 1),
  'another status word, done': async (card, command) => {
    await card.transmit(command);
    return Uint8Array.of(0x6f, 0x00);
  },
  'another status word, not done': async () => Uint8Array.of(0x69, 0x85),
  'claims success, not done': async () => Uint8Array.of(0x90, 0x00),
};

/** The card behind a wire that lies once, at the n-th command. */
function lying(card: CutCard, nth: number, lie: Lie) {
  let count = 0;
  const transport: Transport = {
    transmit: (command) => {
      count += 1;
      return count === nth ? lie(card, command) : card.transmit(command);
    },
  };
  return { transport, count: () => count };
}

let content: ChipContent;
beforeAll(async () => {
  content = await personalizedContent();
});

const PATCH = { phone1: '13922223333', asthma: true, allergies: [{ substance: '海鲜', reaction: '' }] };
const patchHeld = (chip: ChipContent): Readonly<Record<string, boolean>> => ({
  phone1: chipFile(chip, 'DDF1/EF08')[1]?.startsWith('10143133393232323233333333') ?? false,
  asthma: chipFile(chip, 'DF02/EF05')[2] === '2B0101',
  allergies: chipFile(chip, 'DF02/EF07').some((record) => record.startsWith('BAA3CFCA')),
});

const VISIT = {
  kind: 'outpatient',
  institutionName: '石家庄市第一医院',
  visitTime: '2026-11-20T08:30:00',
  department: '内科',
} as const;
const visitHeld = (chip: ChipContent): boolean => chipFile(chip, 'DF03/EF06').includes('00');

const SLOT: CardKeySlotName = 'RK1.DF02';
const rekeyKeys = () =>
  localRekeyKeys({
    crypto: nodeCrypto,
    suite: 'intl-128',
    profile: nationalProfile,
    random: seededRandom('rekey'),
    root: (slot, version) => pilotRoot(nodeCrypto, slot, version),
  });
function slotVersions(chip: ChipContent): readonly number[] {
  const { directory, kid } = nationalProfile.keySlot(SLOT);
  const { fid } = nationalProfile.directory(directory);
  return chip.keys.filter((key) => key.directory === fid && key.kid === kid).map(({ version }) => version);
}

interface Work {
  /** Does the work and judges the report against the chip; returns what was claimed, for the count. */
  readonly disturbed: (card: CutCard, transport: Transport) => Promise<boolean>;
  /** The same work again, undisturbed. */
  readonly again: (card: CutCard) => Promise<void>;
}

const works: Readonly<Record<string, Work>> = {
  patch: {
    disturbed: async (card, transport) => {
      const report = await applyPatch(await openSession(card, undefined, transport), PATCH);
      const held = patchHeld(card.content);
      for (const { id, outcome } of report.elements) {
        if (outcome === 'written' || outcome === 'unchanged') expect([id, held[id]]).toEqual([id, true]);
        if (outcome === 'not-written') expect([id, held[id]]).toEqual([id, false]);
      }
      return report.complete;
    },
    again: async (card) => {
      expect(await applyPatch(await openSession(card), PATCH)).toMatchObject({ complete: true });
      expect(patchHeld(card.content)).toEqual({ phone1: true, asthma: true, allergies: true });
    },
  },
  visit: {
    disturbed: async (card, transport) => {
      const { outcome } = await writeVisit(await openSession(card, undefined, transport), VISIT, { signer: null });
      if (outcome !== 'unknown') expect(outcome === 'written').toBe(visitHeld(card.content));
      return outcome === 'written';
    },
    again: async (card) => {
      const { outcome } = await writeVisit(await openSession(card), VISIT, { signer: null, unlessHeld: true });
      expect(['written', 'unchanged']).toContain(outcome);
      expect(chipFile(card.content, 'DF03/EF06').filter((flag) => flag === '00')).toHaveLength(1);
    },
  },
  're-key': {
    disturbed: async (card, transport) => {
      const session = await openSession(card, undefined, transport);
      const report = await rekeyCard(session, rekeyKeys(), { slots: [{ slot: SLOT, version: 2 }], retireOlder: true });
      const inChip = slotVersions(card.content);
      expect(inChip.length).toBeGreaterThan(0);
      if (report.complete) expect(inChip).toEqual([2]);
      for (const { proven } of report.slots) if (proven) expect(inChip).toContain(2);
      return report.complete;
    },
    again: async (card) => {
      const request = { slots: [{ slot: SLOT, version: 2 }], retireOlder: true };
      expect(await rekeyCard(await openSession(card), rekeyKeys(), request)).toMatchObject({ complete: true });
      expect(slotVersions(card.content)).toEqual([2]);
    },
  },
};

describe.each(Object.keys(works))('%s', (name) => {
  const work = works[name] as Work;

  test.each(Object.keys(lies))(
    'every command: %s',
    async (kind) => {
      const lie = lies[kind] as Lie;
      const quiet = new CutCard(content);
      const counted = lying(quiet, 0, lie);
      expect(await work.disturbed(quiet, counted.transport)).toBe(true);
      let disturbed = 0;
      for (let nth = 1; nth <= counted.count(); nth++) {
        const card = new CutCard(content);
        try {
          if (!(await work.disturbed(card, lying(card, nth, lie).transport))) disturbed += 1;
        } catch (error) {
          // Before anything was written the session may end with its own typed error.
          expect([nth, error]).toEqual([nth, expect.objectContaining({ code: expect.stringMatching(/^[A-Z_]+$/) })]);
          disturbed += 1;
        }
        card.reset();
        await work.again(card);
      }
      expect(disturbed).toBeGreaterThan(0);
    },
    LONG_MS,
  );
});
