/** Test approvers: P-256 keys and a software passkey that makes the assertions an authenticator would. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Roster, RosterCredential, RosterPerson } from '../src/contract/approvals.ts';
import type { Approval } from '../src/domain/quorum/judge.ts';
import { requestChallenge } from '../src/domain/quorum/request.ts';

export const ORIGIN = 'https://keys.example.test';
export const RP_ID = 'keys.example.test';

export interface Officer {
  readonly id: string;
  readonly person: RosterPerson;
  readonly privateKey: KeyObject;
  approve(requestText: string): Approval;
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

export function p256Officer(id: string, roles: RosterPerson['roles']): Officer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const credential: RosterCredential = { kind: 'p256', id: `key-of-${id}`, publicKey: spki };
  return {
    id,
    person: { id, name: id, roles, credentials: [credential] },
    privateKey,
    approve: (text) => ({
      kind: 'p256',
      credential: credential.id,
      signature: sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex'),
    }),
  };
}

/** COSE_Key of a P-256 public key (RFC 9053, 7.1): {1: 2, 3: -7, -1: 1, -2: x, -3: y}. */
export function coseKey(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: 'jwk' });
  const coordinate = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  return Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    coordinate(x),
    Buffer.from('225820', 'hex'),
    coordinate(y),
  ]);
}

export interface AssertionFaults {
  readonly origin?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly challenge?: string;
}

export function passkeyOfficer(
  id: string,
  roles: RosterPerson['roles'],
): Officer & { approveWith(text: string, faults: AssertionFaults): Approval } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = sha256(`credential ${id}`).toString('base64url');
  const credential: RosterCredential = {
    kind: 'webauthn',
    id: credentialId,
    publicKey: coseKey(publicKey).toString('base64url'),
  };
  const approveWith = (text: string, faults: AssertionFaults): Approval => {
    const challenge = faults.challenge ?? requestChallenge(text);
    const clientData = { type: 'webauthn.get', challenge, origin: faults.origin ?? ORIGIN, crossOrigin: false };
    const clientDataJSON = Buffer.from(JSON.stringify(clientData));
    // User present and verified; the counter stays at zero, as passkeys keep it.
    const authenticatorData = Buffer.concat([
      sha256(faults.rpId ?? RP_ID),
      Buffer.from([faults.flags ?? 0x05]),
      Buffer.alloc(4),
    ]);
    const signed = Buffer.concat([authenticatorData, sha256(clientDataJSON)]);
    return {
      kind: 'webauthn',
      credential: credentialId,
      response: {
        id: credentialId,
        rawId: credentialId,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientDataJSON.toString('base64url'),
          authenticatorData: authenticatorData.toString('base64url'),
          signature: sign('sha256', signed, privateKey).toString('base64url'),
        },
      },
    };
  };
  return {
    id,
    person: { id, name: id, roles, credentials: [credential] },
    privateKey,
    approve: (text) => approveWith(text, {}),
    approveWith,
  };
}

const two = [{ role: 'officer' as const, count: 2 }];
export const POLICIES: Roster['policies'] = {
  'import-root': two,
  'enter-part': two,
  'generate-root': two,
  'import-protection-key': two,
  'import-key-block': two,
  'export-key-block': two,
  'destroy-root': two,
  'backup-roots': [...two, { role: 'audit-admin', count: 1 }],
  'replace-roster': [...two, { role: 'audit-admin', count: 1 }],
  'activate-key': two,
  'move-key': two,
  'destroy-key': two,
  'restore-key': two,
  'change-key-policy': two,
  'change-cryptoperiod': two,
  'hold-ceremony': two,
  'carry-out-rotation': two,
  'retire-versions': two,
  'roll-back-rotation': two,
};

export function rosterOf(people: readonly RosterPerson[], more: Partial<Roster> & { tokenSerial: string }): Roster {
  return {
    format: 'rhc-roster-1',
    version: 1,
    previous: null,
    pilot: false,
    webauthn: { rpId: RP_ID, origins: [ORIGIN] },
    people: [...people],
    policies: POLICIES,
    recoveryKey: null,
    ...more,
  };
}
