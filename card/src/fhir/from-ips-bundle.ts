/**
 * A bundle of ours back to the health summary. The values go through the card's own bytes, so that texts of codes, warnings
 * and signers are what the card would give and nothing enters that a card cannot hold.
 */
import { decodeHealthSummary } from '../summary/decode-summary.ts';
import type { SummaryContext } from '../summary/element-bytes.ts';
import { encodeHealthSummary } from '../summary/encode-summary.ts';
import type { HealthSummary, IrregularElement, SummaryVisits } from '../summary/types.ts';
import type { InpatientVisit, OutpatientVisit } from '../visits/types.ts';
import { fromClinical } from './clinical.ts';
import { fhirErrors } from './errors.ts';
import type { Composition, Extension, IpsBundle, IpsResource, Organization, Patient } from './fhir-types.ts';
import { fromVisitResources } from './from-visits.ts';
import { fromPatient, ISSUER_ID } from './patient.ts';
import { extensionUrl } from './systems.ts';
import { OPTIONAL_PARTS } from './to-ips-bundle.ts';
import { hexOf } from './values.ts';

/** @throws FHIR_BUNDLE_INVALID; SUMMARY_INVALID where a value does not fit the card */
export function fromIpsBundle(context: SummaryContext, bundle: IpsBundle): HealthSummary {
  const resources = bundle.entry?.map(({ resource }) => resource) ?? [];
  const composition = resources.find((entry): entry is Composition => entry.resourceType === 'Composition');
  const patient = resources.find((entry): entry is Patient => entry.resourceType === 'Patient');
  if (composition === undefined || patient === undefined) {
    const field = composition === undefined ? 'Composition' : 'Patient';
    const rule = { zh: '缺少该资源', en: 'the resource is missing' };
    throw fhirErrors.make('FHIR_BUNDLE_INVALID', { fields: [{ field, rule }] });
  }
  const read = partsRead(composition);
  const { photo, ...holder } = fromPatient(patient, issuerOf(resources));
  const { psychiatric, ...clinical } = fromClinical(resources);
  const summary: HealthSummary = {
    ...holder,
    ...clinical,
    ...(read.has('psychiatric') ? { psychiatric: psychiatric ?? null } : {}),
    ...(read.has('photo') ? { photo: photo ?? null } : {}),
    ...(read.has('visits') ? { visits: visitsOf(context, resources) } : {}),
    irregular: irregularOf(composition),
    warnings: [],
  };
  return decodeHealthSummary(context, encodeHealthSummary(context, summary, { missing: 'as-irregular' }));
}

function partsRead({ extension }: Composition): ReadonlySet<string> {
  const url = extensionUrl('part-read');
  const codes = (extension ?? []).flatMap((entry) => (entry.url === url ? [entry.valueCode] : []));
  return new Set(OPTIONAL_PARTS.filter((part) => codes.includes(part)));
}

function issuerOf(resources: readonly IpsResource[]): Organization | undefined {
  return resources.find(
    (entry): entry is Organization => entry.resourceType === 'Organization' && entry.id === ISSUER_ID,
  );
}

function visitsOf({ profile }: SummaryContext, resources: readonly IpsResource[]): SummaryVisits {
  return {
    inpatient: fromVisitResources<InpatientVisit>(profile, 'inpatient', resources),
    outpatient: fromVisitResources<OutpatientVisit>(profile, 'outpatient', resources),
  };
}

function irregularOf({ extension }: Composition): readonly IrregularElement[] {
  return (extension ?? []).flatMap((entry) => {
    if (entry.url !== extensionUrl('irregular-element')) return [];
    const part = (name: string): Extension | undefined => entry.extension?.find(({ url }) => url === name);
    const file = part('file')?.valueString;
    const element = part('element')?.valueString;
    const bytes = hexOf(part('bytes'));
    if (file === undefined || element === undefined || bytes === null) return [];
    return [{ file, record: part('record')?.valuePositiveInt ?? null, element, bytes }];
  });
}
