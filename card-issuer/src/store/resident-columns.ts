/** A resident as columns: what is sealed, and the tokens by which it is found. The one place that knows both. */

import type { Resident } from '../domain/resident.ts';
import { dwellingKey, nameInitials, nameKey, numberKey, personKey, phoneKey } from '../domain/resident-keys.ts';
import type { PersonalData } from '../personal-data/vault.ts';

/** What lists show, so that a page of a list does not open whole records. */
export interface ResidentIdentity {
  readonly name: string;
  readonly birthDate: string;
  readonly documentNumber: string;
}

export function residentColumns(vault: PersonalData, id: string, resident: Resident) {
  const { photo, ...record } = resident;
  const { name, birthDate, documentNumber } = resident;
  const identity: ResidentIdentity = { name, birthDate, documentNumber };
  const token = (kind: Parameters<PersonalData['blind']>[0], value: string | null) =>
    value === null ? null : vault.blind(kind, value);
  return {
    identity_sealed: vault.seal(`residents.identity/${id}`, JSON.stringify(identity)),
    record_sealed: vault.seal(`residents.record/${id}`, JSON.stringify(record)),
    photo_sealed: photo == null ? null : vault.seal(`residents.photo/${id}`, photo),
    number_token: vault.blind('number', numberKey(documentNumber)),
    name_token: vault.blind('name', nameKey(name)),
    initials_token: token('initials', nameInitials(name)),
    phone_token: token('phone', phoneKey(resident.phone ?? null)),
    person_token: vault.blind('person', personKey(resident)),
    dwelling_token: token('dwelling', dwellingKey(resident)),
  };
}
