/** Pairing over HTTP: code, key, token, origin, scope; what an onlooker, a guesser and a second origin get. */
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { PairedPage } from '../../test/paired-page.ts';
import { agentWithStandIns, deskHeaders, OURS } from '../../test/stand-in-agent.ts';
import { confirmText, tokenText } from '../contract/pairing.ts';

const HIS = 'https://his.example';
const LAB = 'http://lab.example:8080';
type Made = ReturnType<typeof agentWithStandIns>;
const pageOf = ({ callback }: Made, origin = HIS) => new PairedPage(callback, deskHeaders, origin);

describe('pairing', () => {
  test('the code shown at the desk makes a grant; the signed challenge makes a token; the token reads', async () => {
    const made = agentWithStandIns();
    const page = pageOf(made);
    const asked = await page.ask(['identity.read']);
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([201, HIS]);
    const { waiting } = await page.overview();
    expect(waiting).toMatchObject([
      { origin: HIS, name: '挂号系统', scopes: ['identity.read'], code: expect.stringMatching(/^\d{6}$/) },
    ]);
    expect(JSON.stringify(asked.body)).not.toContain(waiting[0]?.code);
    const granted = await page.confirm(asked.body.request, waiting[0]?.code ?? '');
    expect(granted.body.scopes).toEqual(['identity.read']);
    page.grant = granted.body.grant;
    made.port.insert('A', OURS);
    const read = await page.post('/v1/card/identity', {}, await page.bearer());
    expect([read.status, read.body.elements[0].value]).toEqual([200, '张三']);
    expect((await page.overview()).grants).toMatchObject([{ origin: HIS, lastUsedAt: expect.any(String) }]);
  });

  test('neither code nor overview is any page’s', async () => {
    const made = agentWithStandIns();
    const page = pageOf(made);
    await page.pair(['card.status']);
    const answer = await request(made.callback)
      .get('/v1/pairing')
      .set({ Host: '127.0.0.1:8103', Origin: HIS, ...(await page.bearer()) });
    expect(answer.status).toBe(403);
  });

  test('two origins, two scopes: neither uses the other’s grant, key, token or write', async () => {
    const made = agentWithStandIns();
    const his = pageOf(made);
    const lab = pageOf(made, LAB);
    await his.pair(['card.status', 'identity.read', 'summary.read', 'summary.write']);
    await lab.pair(['card.status']);
    made.port.insert('A', OURS);
    // The token of one at the other's origin.
    expect((await lab.post('/v1/card/identity', {}, await his.bearer())).status).toBe(401);
    // Its own token reaches no further than its scope.
    const own = await lab.post('/v1/card/identity', {}, await lab.bearer());
    expect([own.status, own.body.error.code]).toEqual([403, 'FORBIDDEN']);
    // A challenge for a grant of the other.
    expect((await lab.post('/v1/pairing/challenge', { grant: his.grant })).body.error.code).toBe('PAIRING_UNKNOWN');
    // The other's key over the own grant, and the own key over the other's.
    const challenge = await lab.challenge();
    const foreign = his.sign(tokenText(LAB, lab.grant, challenge));
    const forged = await lab.post('/v1/pairing/token', { grant: lab.grant, challenge, signature: foreign });
    expect(forged.body.error.code).toBe('PAIRING_PROOF_WRONG');
    // Without an Origin a page's token opens nothing: no other program of the machine has use for it.
    const bare = { Host: '127.0.0.1:8103', 'X-RHC-Request': '1', ...(await his.bearer()) };
    expect((await request(made.callback).post('/v1/card/identity').set(bare).send({})).status).toBe(401);
    expect(made.port.transmitted).toHaveLength(0);
    expect((await his.post('/v1/card/identity', {}, await his.bearer())).status).toBe(200);
  });

  test('a challenge is good once, a token for five minutes, a signature for its own origin', async () => {
    const made = agentWithStandIns();
    const page = pageOf(made);
    await page.pair(['card.status']);
    const challenge = await page.challenge();
    expect((await page.askToken(challenge)).status).toBe(200);
    expect((await page.askToken(challenge)).body.error.code).toBe('PAIRING_PROOF_WRONG');
    const late = await page.challenge();
    made.passMs(61_000);
    expect((await page.askToken(late)).status).toBe(403);
    const bearer = await page.bearer();
    const readers = () =>
      request(made.callback)
        .get('/v1/readers')
        .set({ Host: '127.0.0.1:8103', Origin: HIS, ...bearer });
    expect((await readers()).status).toBe(200);
    made.passMs(5 * 60_000);
    expect((await readers()).status).toBe(401);
    const elsewhere = await page.challenge();
    const signature = page.sign(tokenText(LAB, page.grant, elsewhere));
    const moved = await page.post('/v1/pairing/token', { grant: page.grant, challenge: elsewhere, signature });
    expect(moved.status).toBe(403);
  });

  test('revoking works at once, and the origin is a stranger again', async () => {
    const made = agentWithStandIns();
    const page = pageOf(made);
    await page.pair(['card.status']);
    const bearer = await page.bearer();
    await request(made.callback).post('/v1/pairing/revoke').set(deskHeaders).send({ grant: page.grant });
    const answer = await request(made.callback)
      .get('/v1/readers')
      .set({ Host: '127.0.0.1:8103', Origin: HIS, ...bearer });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('wrong codes: the request dies after three, everybody waits after five, each lock lasts longer', async () => {
    const made = agentWithStandIns();
    const page = pageOf(made);
    const guess = async (times: number) => {
      const { request: asked } = (await page.ask(['card.status'])).body;
      const right = (await page.overview()).waiting[0]?.code ?? '';
      const wrong = right === '000000' ? '000001' : '000000';
      const codes: string[] = [];
      for (let i = 0; i < times; i += 1) codes.push((await page.confirm(asked, wrong)).body.error.code);
      return codes;
    };
    expect(await guess(4)).toEqual([
      'PAIRING_CODE_WRONG',
      'PAIRING_CODE_WRONG',
      'PAIRING_CODE_WRONG',
      'PAIRING_REQUEST_GONE',
    ]);
    made.passMs(30_000);
    expect(await guess(3)).toEqual(['PAIRING_CODE_WRONG', 'PAIRING_CODE_WRONG', 'PAIRING_LOCKED']);
    expect((await page.ask(['card.status'])).body.error.code).toBe('PAIRING_LOCKED');
    expect((await page.overview()).lockedUntil).not.toBeNull();
    made.passMs(15 * 60_000);
    await page.pair(['card.status']);
    expect(page.grant).toMatch(/^.{22}$/);
  });

  test('a code without the key, a key that is none, a scope that is none, a page without a name', async () => {
    const made = agentWithStandIns();
    const page = pageOf(made);
    const other = pageOf(made);
    const { request: asked } = (await page.ask(['card.status'])).body;
    const code = (await page.overview()).waiting[0]?.code ?? '';
    const signature = other.sign(confirmText(HIS, asked, code));
    const stolen = await page.post('/v1/pairing/confirm', { request: asked, code, signature });
    expect(stolen.body.error.code).toBe('PAIRING_PROOF_WRONG');
    const ask = (more: object) =>
      page.post('/v1/pairing/requests', { name: 'x', key: page.key, scopes: ['card.status'], ...more });
    expect((await ask({ scopes: ['everything'] })).status).toBe(400);
    expect((await ask({ key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'short' } })).status).toBe(400);
    expect((await ask({ name: '' })).status).toBe(400);
  });

  test('the administrator’s list of origins bars all others from asking; grants outlive a restart', async () => {
    const made = agentWithStandIns({ pairingOrigins: [HIS] });
    expect((await pageOf(made, LAB).ask(['card.status'])).status).toBe(403);
    const page = pageOf(made);
    await page.pair(['card.status']);
    const again = agentWithStandIns({ grants: made.grantText() });
    expect((await new PairedPage(again.callback, deskHeaders, HIS).overview()).grants).toMatchObject([
      { grant: page.grant },
    ]);
  });

  test('a preflight names the origin that asks, only where it may go', async () => {
    const made = agentWithStandIns();
    const preflight = (path: string, origin: string) =>
      request(made.callback).options(path).set({
        Host: '127.0.0.1:8103',
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,x-rhc-request',
        'Access-Control-Request-Private-Network': 'true',
      });
    const strange = await preflight('/v1/card/identity', HIS);
    expect([strange.status, strange.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    const asking = await preflight('/v1/pairing/requests', HIS);
    expect([asking.status, asking.headers['access-control-allow-origin']]).toEqual([204, HIS]);
    await pageOf(made).pair(['card.status']);
    const paired = await preflight('/v1/card/identity', HIS);
    expect(paired.headers).toMatchObject({
      'access-control-allow-origin': HIS,
      'access-control-allow-headers': expect.stringContaining('x-rhc-request'),
      'access-control-allow-private-network': 'true',
      vary: expect.stringContaining('Origin'),
    });
    expect(paired.headers['access-control-allow-credentials']).toBeUndefined();
  });
});
