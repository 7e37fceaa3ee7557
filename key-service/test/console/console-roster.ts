/** Approvers of the console's tests: demonstration operators whose passkeys the roster names and Chromium holds. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { DEMONSTRATION_OPERATORS } from '../../src/domain/access/demonstration.ts';
import { POLICIES, passkeyOfficer } from '../officers.ts';
import { projectRoot } from '../pilot-room.ts';
import type { ConsoleHouse } from './console-house.ts';

/** A passkey is bound to the host's name; its port does not matter. */
const RP_ID = 'localhost';
const APPROVERS = ['officer-a', 'officer-b', 'audit-admin'] as const;
export type Approver = (typeof APPROVERS)[number];

const approvers = new Map(
  DEMONSTRATION_OPERATORS.filter(({ id }) => APPROVERS.some((name) => id === `demo.${name}`)).map((operator) => [
    operator.id.replace('demo.', '') as Approver,
    {
      ...passkeyOfficer(`operator:${operator.id}`, [operator.id === 'demo.audit-admin' ? 'audit-admin' : 'officer']),
      name: operator.name,
    },
  ]),
);

function approver(name: Approver) {
  const found = approvers.get(name);
  if (found === undefined) throw new Error(`no approver ${name}`);
  return found;
}

/** As people do it: `npm run roster` shows, they compare the hash, and the second call seals it in the token. */
export function foundRoster({ state, label, origin }: { state: string; label: string; origin: string }): void {
  const file = join(state, 'roster.json');
  const draft = {
    people: [...approvers.values()].map(({ person, name }) => ({ ...person, name })),
    policies: {
      ...POLICIES,
      'issue-sam': [{ role: 'officer', count: 1 }],
      'revoke-sam': [{ role: 'officer', count: 1 }],
    },
    webauthn: { rpId: RP_ID, origins: [origin] },
  };
  writeFileSync(file, JSON.stringify(draft));
  const command = join(projectRoot, 'key-service/dist/roster-main.js');
  const run = (...more: string[]) =>
    execFileSync(process.execPath, [command, '--state', state, '--label', label, '--file', file, ...more], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const hash = /--confirm ([0-9a-f]{64})/.exec(run())?.[1];
  if (hash === undefined) throw new Error('npm run roster showed no hash');
  run('--confirm', hash);
}

/** The approver's page, with the very passkey in it that the roster names: its user is there and verified. */
export async function approverPage(house: ConsoleHouse, name: Approver, path = ''): Promise<Page> {
  const page = await house.page(name, path);
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const { id, person, privateKey } = approver(name);
  await client.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: Buffer.from(person.credentials[0]?.id ?? '', 'base64url').toString('base64'),
      isResidentCredential: true,
      rpId: RP_ID,
      privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      userHandle: Buffer.from(id).toString('base64'),
      signCount: 0,
    },
  });
  return page;
}

/** Approvals that are not what a test looks at: given over HTTP with the same passkeys, then carried out. */
export async function approveOverHttp(
  house: ConsoleHouse,
  approval: string,
  names: readonly Approver[] = ['officer-a', 'officer-b'],
): Promise<void> {
  const path = `/v1/approvals/${approval}`;
  const { canonical } = (await house.ask('security-admin', 'GET', path)).approval;
  for (const name of names) {
    const given = approver(name).approveWith(canonical, { origin: house.url, rpId: RP_ID });
    if (given.kind !== 'webauthn') throw new Error('a passkey signs');
    await house.ask(name, 'POST', `${path}/approve`, { kind: 'webauthn', response: given.response });
  }
  await house.ask('security-admin', 'POST', `${path}/execute`, {});
}
