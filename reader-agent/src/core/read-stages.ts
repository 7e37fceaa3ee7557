/** The stages of a reading, each on its own so that a page can show the identity while the rest is still being read. */
import type { DecodedElement } from '@rhc/card/session';
import { readVisits } from '@rhc/card/visits';
import type { DecodedElementView } from '../contract/index.ts';
import type { Validity, VisitView } from '../contract/reads.ts';
import type { OpenCard } from './card-work.ts';
import { signatureView, type VisitTrustAnchor, verdictOf, visitDate } from './visit-signatures.ts';

export async function readIdentityStage({ session }: OpenCard, day: string) {
  const { elements } = await session.readIdentity();
  const identity = [...elements, ...(await session.readFile('DDF1/EF08'))].map(elementView);
  return { validity: validityOf(textValue(identity, 'expiryDate'), day), identity };
}

export async function readClinicalStage({ session }: OpenCard, psychiatric: boolean) {
  const alerts = (await session.readFile('DF02/EF05')).map(elementView);
  const allergies = (await session.readCyclicRecords('DF02/EF07')).map(([substance, reaction]) => ({
    substance: textOf(substance),
    reaction: textOf(reaction),
  }));
  const immunizations = (await session.readCyclicRecords('DF02/EF08')).map(([name, date]) => ({
    name: textOf(name),
    date: textOf(date),
  }));
  const stage = { alerts, allergies, immunizations };
  return psychiatric ? { ...stage, psychiatric: (await session.readFile('DF02/EF06')).map(elementView) } : stage;
}

export async function readPhotoStage({ session }: OpenCard) {
  return { photo: photoText(await session.readPhoto()) };
}

export async function readContactsStage({ session }: OpenCard) {
  const contacts: DecodedElementView[] = [];
  for (const file of ['DF01/EF05', 'DF01/EF06', 'DF01/EF07', 'DF01/EF08'] as const) {
    contacts.push(...(await session.readFile(file)).map(elementView));
  }
  return { contacts };
}

export async function readVisitsStage(
  { session }: OpenCard,
  anchor: VisitTrustAnchor,
  issuerCertificate: string | null,
) {
  const visits: VisitView[] = [];
  for (const kind of ['inpatient', 'outpatient'] as const) {
    for (const { file, recordNumber, visit, signed } of await readVisits(session, kind)) {
      const verdict = signed === null ? null : verdictOf(anchor, issuerCertificate, visit, signed);
      visits.push({
        kind,
        file,
        slot: recordNumber,
        date: visitDate(visit),
        visit: { ...visit },
        signature: signatureView(signed, verdict),
      });
    }
  }
  return { visits: visits.sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1)) };
}

export function validityOf(expiryDate: string | null, day: string): Validity {
  if (expiryDate === null) return { state: 'unknown', expiryDate, day };
  return { state: expiryDate >= day ? 'valid' : 'expired', expiryDate, day };
}

export function textValue(elements: readonly DecodedElementView[], id: string): string | null {
  const value = elements.find((element) => element.id === id)?.value;
  return typeof value === 'string' && value !== '' ? value : null;
}

export function elementView(element: DecodedElement): DecodedElementView {
  const { id, label, value, text } = element;
  return text === undefined ? { id, label, value } : { id, label, value, text };
}

export function photoText(photo: Uint8Array | null): string | null {
  return photo === null ? null : Buffer.from(photo).toString('base64');
}

function textOf(element: DecodedElement | undefined): string {
  return typeof element?.value === 'string' ? element.value : '';
}
