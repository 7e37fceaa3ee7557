/** The counter's calls over HTTP: form, check before storing, review by a second person, the face before the card. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../src/app.ts';
import type { EnrolmentCheckResponse, FacePreviewResponse } from '../../src/contract/index.ts';
import { enrolmentForm } from '../../src/domain/enrolment-form.ts';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import type { Role } from '../../src/domain/roles.ts';
import { validateResident } from '../../src/domain/validate-resident.ts';
import { type Database, openDatabase } from '../../src/store/index.ts';
import { type ServedIssuer, serveIssuer } from '../http/serve-issuer.ts';
import { issuerWith, personalized, TurnedClock } from '../life-cycle/in-use.ts';

const numbered = (sequence: number) => {
  const first17 = `13010119850612${sequence}`;
  return first17 + identityCheckCharacter(first17);
};
const person = {
  name: '单雪莲',
  sex: '2',
  ethnicGroup: '01',
  birthDate: '1985-06-12',
  documentType: '01',
  documentNumber: numbered(102),
  areaCode: '130102',
  householdAddress: '河北省石家庄市长安区桃花巷 7 号',
  phone: '0311-00001234',
};
/** The same dwelling, day, name and phone under another number: 35 + 25 + 35 + 15 − 30. */
const likeness = { ...person, documentNumber: numbered(104) };

const clock = new TurnedClock();

describe.each(['candidates', 'all', 'none'] as const)('reviewed: %s', (enrolmentReview) => {
  let database: Database;
  let issuer: Issuer;
  let served: ServedIssuer;
  beforeAll(async () => {
    database = openDatabase(':memory:');
    issuer = await issuerWith(database, clock, { enrolmentReview });
    served = await serveIssuer(issuer);
  });
  afterAll(async () => {
    await served.stop();
    await issuer.stop();
    await database.destroy();
  });
  const ask = async (
    role: Role,
    method: string,
    path: string,
    body?: unknown,
    // biome-ignore lint/suspicious/noExplicitAny: a foreign caller sees plain JSON
  ): Promise<{ status: number; body: any }> => {
    const answer = await fetch(`${served.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${served.token(role)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  test('a card is ordered when the second person whom the policy asks for has approved', async () => {
    const first = (await ask('clerk', 'POST', '/v1/residents', person)).body.id as string;
    const found = (await ask('clerk', 'POST', '/v1/enrolment-checks', likeness)).body as EnrolmentCheckResponse;
    expect(found).toMatchObject({ faults: [], known: null });
    expect(found.candidates).toMatchObject([{ residentId: first, name: '单雪莲', birthDate: '1985-06-12', score: 80 }]);
    expect(found.candidates[0]?.reasons.map(({ code }) => code)).toContain('same-address');
    // Nothing was stored by looking.
    expect((await issuer.residents.list({ limit: 10 })).total).toBe(1);

    const { id } = (await ask('clerk', 'POST', '/v1/residents', likeness)).body;
    const standing = (await ask('clerk', 'GET', `/v1/residents/${id}/review`)).body;
    expect(standing).toEqual({ needed: enrolmentReview !== 'none', openCandidates: 1, approval: null });
    const order = () => ask('clerk', 'POST', '/v1/cards', { residentId: id });
    if (enrolmentReview === 'none') {
      expect((await ask('clerk', 'POST', `/v1/residents/${id}/review`, {})).body.error.code).toBe('REVIEW_NOT_NEEDED');
      expect(await order()).toMatchObject({ status: 201, body: { orderedBy: 'clerk:test', reviewedBy: null } });
      return;
    }
    expect((await order()).body.error.code).toBe('REVIEW_MISSING');
    const asked = await ask('manager', 'POST', `/v1/residents/${id}/review`, {});
    expect(asked.status).toBe(202);
    const approval = asked.body.approval.id as string;
    // Not the one who asked, though a manager may approve; and who has approved it once has decided.
    expect((await ask('manager', 'POST', `/v1/approvals/${approval}/approve`, {})).body.error.code).toBe(
      'SECOND_PERSON_MISSING',
    );
    expect((await order()).body.error.code).toBe('REVIEW_MISSING');
    expect((await ask('reviewer', 'POST', `/v1/approvals/${approval}/approve`, {})).status).toBe(200);
    expect((await ask('clerk', 'GET', `/v1/residents/${id}/review`)).body).toMatchObject({
      needed: false,
      openCandidates: 0,
      approval: { state: 'approved', decidedBy: 'reviewer:test' },
    });
    // Nor does who reviewed it order the card.
    await expect(issuer.service.orderCard(id, null, 'reviewer:test')).rejects.toMatchObject({
      code: 'REVIEWER_ORDERS',
    });
    expect(await order()).toMatchObject({
      status: 201,
      body: { orderedBy: 'clerk:test', reviewedBy: 'reviewer:test' },
    });
    // A lost card is replaced all the same, by somebody else where every record is reviewed.
    const [{ id: card } = { id: '' }] = await issuer.service.cards({ residentId: id, limit: 1 });
    await personalized(database, card, clock);
    await issuer.service.activate(card);
    await issuer.service.lifeCycle.move(card, { move: 'report-lost', reason: 'lost', actor: 'clerk:test' }, null);
    const replace = (actor: string) => issuer.service.lifeCycle.replace(card, { actor, reason: 'lost' }, null);
    if (enrolmentReview === 'all') {
      await expect(replace('reviewer:test')).rejects.toMatchObject({ code: 'REVIEWER_ORDERS' });
    }
    const { cardId } = await replace(enrolmentReview === 'all' ? 'clerk:test' : 'reviewer:test');
    expect(await issuer.service.card(cardId)).toMatchObject(
      enrolmentReview === 'all'
        ? { orderedBy: 'clerk:test', reviewedBy: 'reviewer:test' }
        : { orderedBy: 'reviewer:test', reviewedBy: null },
    );
    // The first one waits for nobody but under `all`: the pair is decided.
    const other = await ask('clerk', 'POST', '/v1/cards', { residentId: first });
    expect(other.status).toBe(enrolmentReview === 'all' ? 409 : 201);
  });

  test('an approval holds for the version it was asked for', async () => {
    if (enrolmentReview !== 'all')
      return expect((await ask('clerk', 'GET', '/v1/residents/none/review')).status).toBe(404);
    const alone = { ...person, name: '魏长河', sex: '1', documentNumber: numbered(105), phone: '0311-00009999' };
    const { householdAddress: _, ...input } = alone;
    const { id } = (await ask('clerk', 'POST', '/v1/residents', input)).body;
    const { approval } = (await ask('clerk', 'POST', `/v1/residents/${id}/review`, {})).body;
    const change = { ...input, phone: '0311-00008888', version: 1, purpose: 'correction' };
    expect((await ask('clerk', 'PUT', `/v1/residents/${id}`, change)).body.version).toBe(2);
    expect((await ask('reviewer', 'POST', `/v1/approvals/${approval.id}/approve`, {})).body.error.code).toBe(
      'RESIDENT_CHANGED_MEANWHILE',
    );
    expect((await ask('clerk', 'GET', `/v1/residents/${id}/review`)).body).toMatchObject({
      needed: true,
      approval: null,
    });
  });
});

describe('before anything is stored', () => {
  let database: Database;
  let issuer: Issuer;
  beforeAll(async () => {
    database = openDatabase(':memory:');
    issuer = await issuerWith(database, new TurnedClock());
  });
  afterAll(async () => {
    await issuer.stop();
    await database.destroy();
  });

  test('a check names every fault, and the record that holds the number', async () => {
    const wrong = { ...person, documentNumber: `${person.documentNumber.slice(0, 17)}A`, areaCode: '130100' };
    const { faults } = await issuer.residents.check(wrong, null);
    expect(faults.map(({ field }) => field)).toEqual(['documentNumber', 'areaCode']);
    const { id } = await issuer.residents.enrol(person, null);
    expect(await issuer.residents.check(person, null)).toMatchObject({ faults: [], known: id });
    expect(await issuer.residents.check({ ...person, phone: '0311-00008888' }, id)).toEqual({
      faults: [],
      known: null,
      candidates: [],
    });
  });

  test('every choice of the form is taken by the register', () => {
    const { tables, alerts } = enrolmentForm();
    const fields = ['contactRelationship', 'bloodAbo', 'bloodRh', 'education', 'marital', 'occupation'] as const;
    for (const field of fields) {
      for (const { code } of tables[field]) {
        const checked = validateResident({ ...person, contactName: '魏长河', [field]: code }, '2026-11-26');
        expect([field, code, checked.ok && checked.resident[field]]).toEqual([field, code, code]);
      }
    }
    const all = validateResident({ ...person, alerts: alerts.map(({ id }) => id) }, '2026-11-26');
    expect(all.ok && all.resident.alertItems).toEqual(alerts.map(({ item }) => item));
  });

  test('the face to come has the places of the layout; a name too long for it is told with its measure', async () => {
    const { id } = await issuer.residents.enrol(person, null);
    const face: FacePreviewResponse = (await issuer.faces.preview(id, 'plain')) as FacePreviewResponse;
    const texts = face.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
    expect(texts).toEqual(expect.arrayContaining(['姓名  单雪莲', '性别  女', '民族  汉']));
    const bars = face.marks.flatMap((mark) => (mark.kind === 'barcode' ? mark.bars : []));
    expect(bars.length).toBeGreaterThan(30);
    expect(Math.max(...bars.map(({ leftMm, widthMm }) => leftMm + widthMm))).toBeLessThan(34);
    const long = { ...person, documentNumber: numbered(106), name: 'W'.repeat(30) };
    const { id: second } = await issuer.residents.enrol(long, null);
    await expect(issuer.faces.preview(second, 'plain')).rejects.toMatchObject({ code: 'FACE_REFUSED' });
  });
});
