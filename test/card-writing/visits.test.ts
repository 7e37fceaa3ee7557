/** Visits, terminal against chip: slots, recycling, signature and chain, APDU count, and every power cut. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  buildIssuerCertificate,
  buildSamCertificate,
  issuerCertificateTbs,
  samCertificateTbs,
} from '@rhc/card/certificates';
import { nodeCrypto, softSigningKey } from '@rhc/card/crypto-node';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import {
  encodeVisit,
  type InpatientVisit,
  type OutpatientVisit,
  readVisits,
  type SignedVisit,
  type Visit,
  type VisitSigner,
  type VisitTrust,
  verifyVisit,
  writeVisit,
} from '@rhc/card/visits';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { CutCard, chipFile, openSession, personalizedContent, pilotTerminalKeys } from './personalized-card.ts';

type SigningSuite = VisitSigner['suite'];

/** Root, issuer and SAM of a suite, with keys that anybody may know. */
function chainOf(suite: SigningSuite) {
  const key = (last: number) => softSigningKey(suite, new Uint8Array(32).fill(1).fill(last, 31));
  const [root, issuer, sam] = [key(2), key(3), key(4)];
  const common = {
    suite,
    issuerCode: '1301',
    serial: '00000001',
    notBefore: '2026-01-01',
    notAfter: '2036-01-01',
    keyUsage: 1,
  };
  const issuerWithCode = (issuerCode: string) => {
    const fields = { ...common, issuerCode, issuerName: '河北卫健', publicKey: issuer.publicKey };
    return buildIssuerCertificate(fields, root.sign(issuerCertificateTbs(fields)));
  };
  const samFields = {
    ...common,
    samSerial: '00112233445566778899',
    terminalNumber: '130100000001',
    publicKey: sam.publicKey,
  };
  const certificate = buildSamCertificate(samFields, issuer.sign(samCertificateTbs(samFields)));
  const signer: VisitSigner = {
    suite,
    sign: async (data) => sam.sign(data),
    certificate: async () => certificate,
  };
  const trust: VisitTrust = {
    issuerCertificate: issuerWithCode('1301'),
    rootPublicKey: root.publicKey,
    day: '2026-11-23',
  };
  return {
    issuer,
    issuerWithCode,
    certificate,
    signer,
    trust,
    options: { signer: { keys: signer, verifier: nodeCrypto } },
  };
}

const { options: SIGNED, trust: TRUST } = chainOf('intl-128');

const outpatient = (day: number): OutpatientVisit => ({
  kind: 'outpatient',
  institutionName: '石家庄市第一医院',
  visitTime: `2026-11-${String(day).padStart(2, '0')}T08:30:00`,
  department: '内科',
  diagnoses: [{ name: '上呼吸道感染', code: 'J06.9' }],
  drugs: [{ name: '阿莫西林', days: '3', dose: '0.5' }],
  fees: [{ category: '西药费', amount: '23.4' }],
});
const inpatient = (day: number): InpatientVisit => ({
  kind: 'inpatient',
  institutionName: '石家庄市第一医院',
  admissionDate: `2026-10-${String(day).padStart(2, '0')}`,
  diagnoses: [{ name: '肺炎', code: 'J18.9', procedureName: '无' }],
  totalFee: '4500.05',
});

let empty: ChipContent;
/** Five outpatient visits, that of slot 3 the oldest; three inpatient visits, that of slot 2 the oldest. */
let full: ChipContent;
beforeAll(async () => {
  empty = await personalizedContent();
  const card = new CutCard(empty);
  const session = await openSession(card);
  for (const day of [5, 4, 1, 3, 2]) {
    expect((await writeVisit(session, outpatient(day), SIGNED)).outcome).toBe('written');
  }
  for (const day of [5, 4, 6]) expect((await writeVisit(session, inpatient(day), SIGNED)).outcome).toBe('written');
  full = card.content;
});

describe('slots', () => {
  test('the first free ones were filled, and read back as values', async () => {
    expect(chipFile(full, 'DF03/EF06')).toEqual(['00', '00', '00', '00', '00']);
    const session = await openSession(new CutCard(full));
    const visits = await readVisits(session, 'outpatient');
    expect(visits.map(({ file, visit }) => [file, visit])).toEqual(
      [5, 4, 1, 3, 2].map((day, i) => [`DF03/ED0${i + 1}`, outpatient(day)]),
    );
    expect((await readVisits(session, 'inpatient')).map(({ visit }) => visit)).toEqual([5, 4, 6].map(inpatient));
  });

  test('no slot free: the oldest by the date in the record is erased', async () => {
    const card = new CutCard(full);
    const session = await openSession(card);
    expect(await writeVisit(session, outpatient(20), SIGNED)).toMatchObject({
      outcome: 'written',
      file: 'DF03/ED03',
      erased: 'written',
      failure: null,
    });
    expect(await writeVisit(session, inpatient(20), SIGNED)).toMatchObject({ file: 'DF03/EE02', erased: 'written' });
    const times = (await readVisits(session, 'outpatient')).map(({ visit }) => (visit as OutpatientVisit).visitTime);
    expect(times.map((time) => time?.slice(8, 10))).toEqual(['05', '04', '20', '03', '02']);
  });

  test('an empty slot is not read, whatever stands in it', async () => {
    const session = await openSession(new CutCard(empty));
    expect(await readVisits(session, 'outpatient')).toEqual([]);
    // Identification 3, SELECT DF03, RK1 2, SELECT EF06, 5 flags.
    expect(session.apdus).toBe(3 + 1 + 2 + 1 + 5);
  });

  test('without a signer the proof stays empty; unlessHeld finds the same visit again', async () => {
    const session = await openSession(new CutCard(empty));
    expect((await writeVisit(session, outpatient(1), { signer: null })).outcome).toBe('written');
    expect((await readVisits(session, 'outpatient'))[0]?.signed).toBeNull();
    expect(await writeVisit(session, outpatient(1), { signer: null, unlessHeld: true })).toMatchObject({
      outcome: 'unchanged',
      file: 'DF03/ED01',
    });
  });
});

describe.each(['intl-128', 'sm-128'] as const)('signature and certificate, %s', (suite) => {
  const { issuer, issuerWithCode, certificate, signer, trust, options } = chainOf(suite);
  let stored: SignedVisit;
  let proof: string;
  beforeAll(async () => {
    const card = new CutCard(await personalizedContent(suite));
    const session = await openSession(card, pilotTerminalKeys(suite));
    expect(await writeVisit(session, outpatient(23), options)).toMatchObject({ outcome: 'written' });
    const [first] = await readVisits(session, 'outpatient');
    if (first?.signed == null) throw new Error('not signed');
    stored = first.signed;
    proof = chipFile(card.content, 'DF03/ED01')[0]?.slice(3013 * 2) ?? '';
  });
  const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

  test('stand at their offsets and verify up to the root', () => {
    expect(proof).toBe(Buffer.concat([stored.signature, certificate]).toString('hex').toUpperCase());
    expect(verifyVisit(nodeCrypto, stored, trust)).toEqual({
      valid: true,
      problems: [],
      signedBy: { issuerCode: '1301', samSerial: '00112233445566778899', terminalNumber: '130100000001' },
    });
  });
  test('what was changed is named', () => {
    const codes = (signed: SignedVisit, by: VisitTrust = trust) =>
      verifyVisit(nodeCrypto, signed, by).problems.map(({ code }) => code);
    expect(codes({ ...stored, businessData: flipped(stored.businessData, 3000) })).toEqual(['visit-signature-wrong']);
    expect(codes({ ...stored, signature: flipped(stored.signature, 0) })).toEqual(['visit-signature-wrong']);
    expect(codes({ ...stored, certificate: flipped(stored.certificate, 20) })).toEqual(['sam-signature-wrong']);
    expect(codes({ ...stored, certificate: flipped(stored.certificate, 0) })).toEqual(['sam-certificate-malformed']);
    expect(codes(stored, { ...trust, rootPublicKey: issuer.publicKey })).toEqual(['issuer-signature-wrong']);
    expect(codes(stored, { ...trust, day: '2036-01-02' })).toEqual([
      'issuer-not-valid-that-day',
      'sam-not-valid-that-day',
    ]);
    expect(codes(stored, { ...trust, issuerCertificate: issuerWithCode('1302') })).toEqual(['sam-issuer-differs']);
    expect(codes(stored, { ...trust, issuerCertificate: new Uint8Array(180) })).toEqual([
      'issuer-certificate-malformed',
    ]);
    const other = chainOf(suite === 'intl-128' ? 'sm-128' : 'intl-128');
    expect(codes(stored, { ...trust, issuerCertificate: other.trust.issuerCertificate })).toContain(
      'sam-suite-differs',
    );
  });
  test('a signer that gives a wrong signature, or a certificate of another suite, never reaches the card', async () => {
    const session = await openSession(new CutCard(empty));
    const other = chainOf(suite === 'intl-128' ? 'sm-128' : 'intl-128');
    const broken: readonly VisitSigner[] = [
      { ...signer, sign: async (data) => flipped(await signer.sign(data), 5) },
      { ...signer, sign: async () => new Uint8Array(63) },
      { ...signer, certificate: () => other.signer.certificate() },
    ];
    for (const keys of broken) {
      const writing = writeVisit(session, outpatient(1), { signer: { keys, verifier: nodeCrypto } });
      await expect(writing).rejects.toMatchObject({ code: 'VISIT_SIGNATURE_UNUSABLE' });
    }
    expect(session.apdus).toBe(3);
  });
});

describe('APDU count: the least that the dialogue permits', () => {
  // SELECT DF03 1, challenge and RK1 2, SELECT EF06 1, the first flag 1 = 5; challenge and UK1 2, SELECT slot 1, blocks of
  // 128 bytes, read back by 256 bytes; SELECT EF06 1, challenge and WRITE RECORD 2, the flag read back 1 = 4.
  test.each([
    [outpatient(1), 26, 13],
    [inpatient(1), 15, 8],
  ] as const)('a free slot', async (visit, blocks, reads) => {
    expect([blocks, reads]).toEqual(
      [128, 256].map((size) => Math.ceil((visit.kind === 'inpatient' ? 1893 : 3267) / size)),
    );
    const session = await openSession(new CutCard(empty));
    const { apdus } = await writeVisit(session, visit as Visit, SIGNED);
    expect(apdus).toBe(5 + 3 + blocks + reads + 4);
  });
  test('no free slot', async () => {
    const session = await openSession(new CutCard(full));
    const { apdus } = await writeVisit(session, outpatient(20), SIGNED);
    // All 5 flags (4 more), the date of each slot (SELECT, READ) 10; UK2 2, SELECT EF06 1, challenge and ERASE RECORD 2,
    // the flag read back 1.
    expect(apdus).toBe(5 + 4 + 10 + 6 + 3 + 26 + 13 + 4);
  });
});

/** The valid slots of the chip that hold this very business data, past the terminal. */
function validCopies(chip: ChipContent, visit: Visit): number {
  const business = Buffer.from(encodeVisit({ profile: nationalProfile, product: rhcBlank1 }, visit))
    .toString('hex')
    .toUpperCase();
  const [index, prefix] = visit.kind === 'inpatient' ? ['DF03/EF05', 'DF03/EE0'] : ['DF03/EF06', 'DF03/ED0'];
  return chipFile(chip, index).filter(
    (flag, i) => flag === '00' && chipFile(chip, `${prefix}${i + 1}`)[0]?.startsWith(business),
  ).length;
}

describe('the power fails at every commit', () => {
  const cases = [
    ['outpatient, a free slot', outpatient(20), () => empty, 26 + 1],
    ['outpatient, the oldest goes', outpatient(20), () => full, 1 + 26 + 1],
    ['inpatient, the oldest goes', inpatient(20), () => full, 1 + 15 + 1],
  ] as const;
  describe.each(cases)('%s', (_, visit, contentBefore, commits) => {
    test('the number of commits', async () => {
      const card = new CutCard(contentBefore());
      await writeVisit(await openSession(card), visit as Visit, SIGNED);
      expect(card.memory.commits).toBe(commits);
    });
    const cuts = Array.from({ length: commits }, (_unused, i) => i + 1);
    test.each(['before', 'after'] as const)('%s each commit, the card gone or put back', async (when) => {
      for (const commit of cuts) {
        for (const putBack of [false, true]) {
          const card = new CutCard(contentBefore(), { tear: { commit, when }, putBack });
          const session = await openSession(card);
          const report = await writeVisit(session, visit as Visit, SIGNED).catch((error: unknown) => error);
          const outcome = (report as { outcome?: string }).outcome;
          const held = validCopies(card.content, visit) === 1;
          const place = { commit, putBack };
          // Only the flag itself can be in doubt, and only when the card is gone.
          if (outcome === 'unknown') expect(place).toEqual({ commit: commits, putBack: false });
          else expect({ ...place, written: outcome === 'written' }).toEqual({ ...place, written: held });
          // Every slot that is valid holds a whole visit, signature included.
          card.reset();
          const again = await openSession(card);
          for (const { signed } of await readVisits(again, visit.kind)) {
            expect(signed !== null && verifyVisit(nodeCrypto, signed, TRUST).valid).toBe(true);
          }
          const retry = await writeVisit(again, visit as Visit, { ...SIGNED, unlessHeld: true });
          expect(['written', 'unchanged']).toContain(retry.outcome);
          expect(validCopies(card.content, visit)).toBe(1);
        }
      }
    });
  });
});
