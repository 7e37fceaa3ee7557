/**
 * The key console at work: people with passkeys under a roster do on its pages what the service does, against one running
 * key-service (SoftHSM2, SQLite). `RHC_PICTURES=docs/images/key-service` makes the pictures anew.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { approvalsAtWork } from './approvals-at-work.ts';
import { auditAtWork } from './audit-at-work.ts';
import { ceremonyAtWork } from './ceremony-at-work.ts';
import { certificatesAtWork } from './certificates-at-work.ts';
import { ConsoleHouse, LONG_MS } from './console-house.ts';
import { rotationAtWork } from './rotation-at-work.ts';
import { samsAtWork } from './sams-at-work.ts';

const house = new ConsoleHouse();
beforeAll(() => house.open({ roster: true }), LONG_MS);
afterAll(() => house.close(), LONG_MS);

approvalsAtWork(house);
rotationAtWork(house);
samsAtWork(house);
ceremonyAtWork(house);
certificatesAtWork(house);
auditAtWork(house);

test('the browser complained of nothing on the way', () => {
  expect(house.complaints).toEqual([]);
});
