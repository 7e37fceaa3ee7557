/** Visits from the resources that `visits.ts` makes of them; each function is the inverse of one there. */
import type { CardProfile } from '../profile/types.ts';
import type { SummaryVisit, VisitProof } from '../summary/types.ts';
import type { InpatientVisit, OutpatientVisit, VisitKind } from '../visits/types.ts';
import type { Condition, Encounter, IpsResource, Organization } from './fhir-types.ts';
import { placeOf } from './places.ts';
import { EXAM_ITEM, extensionUrl, ICD_9_CM, ICD_10 } from './systems.ts';
import { codeIn, findExtension, fromDateTime, hexOf, tableCode } from './values.ts';
import { FieldReader } from './visit-fields.ts';
import { EXTENSION_LISTS, OWN } from './visit-members.ts';

/** Visits of one kind from the bundle's resources, in the order of their slots; `codes` and signer are read anew from the card's bytes. */
export function fromVisitResources<V extends InpatientVisit | OutpatientVisit>(
  profile: CardProfile,
  kind: VisitKind,
  resources: readonly IpsResource[],
): readonly SummaryVisit<V>[] {
  const reader = new FieldReader(profile, kind);
  return resources
    .flatMap((resource) => (resource.resourceType === 'Encounter' ? [resource] : []))
    .flatMap((encounter) => {
      const [encounterKind, slot] = placeOf(encounter)?.split('/') ?? [];
      return encounterKind === kind ? [readVisit<V>(reader, kind, Number(slot), encounter, resources)] : [];
    })
    .sort((a, b) => a.slot - b.slot);
}

function readVisit<V extends InpatientVisit | OutpatientVisit>(
  reader: FieldReader,
  kind: VisitKind,
  slot: number,
  encounter: Encounter,
  resources: readonly IpsResource[],
): SummaryVisit<V> {
  const lists: Record<string, Record<string, unknown>[]> = {};
  const add = (list: string, number: number, values: Readonly<Record<string, unknown>>) => {
    const entries = lists[list] ?? [];
    lists[list] = entries;
    while (entries.length < number) entries.push({});
    Object.assign(entries[number - 1] ?? {}, defined(values));
  };
  for (const list of EXTENSION_LISTS) {
    for (const { url, extension = [] } of encounter.extension ?? []) {
      if (url !== extensionUrl(`${kind}-${list}`)) continue;
      const number = extension.find((part) => part.url === 'number')?.valuePositiveInt;
      if (number !== undefined) add(list, number, reader.read(extension));
    }
  }
  for (const resource of resources) {
    const [resourceKind, resourceSlot, list, number] = placeOf(resource)?.split('/') ?? [];
    if (resourceKind !== kind || Number(resourceSlot) !== slot || list === undefined) continue;
    add(list, Number(number), {
      ...reader.read(resource.extension),
      ...defined(entryValues(reader, kind, list, resource)),
    });
  }
  const proof = proofOf(
    resources.find((resource) => resource.resourceType === 'Provenance' && placeOf(resource) === `${kind}/${slot}`),
  );
  const visit = { kind, ...encounterValues(reader, kind, encounter, resources), ...lists } as unknown as V;
  return { slot, visit, codes: {}, proof };
}

function encounterValues(
  reader: FieldReader,
  kind: VisitKind,
  encounter: Encounter,
  resources: readonly IpsResource[],
): Record<string, unknown> {
  const names = OWN[kind];
  const organization = resources.find(
    (resource): resource is Organization =>
      resource.resourceType === 'Organization' &&
      encounter.serviceProvider?.reference?.endsWith(`Organization/${resource.id}`) === true,
  );
  const members = {
    institutionName: organization?.name,
    institutionCode: organization?.identifier?.[0]?.value,
    [names.number]: encounter.identifier?.[0]?.value,
    [names.department]: encounter.serviceType?.text,
    [names.start]: fromDateTime(encounter.period?.start),
    ...(names.end === undefined ? {} : { [names.end]: encounter.period?.end }),
  };
  return { ...reader.read(encounter.extension), ...defined(members) };
}

/** What stands in the members of a resource; the inverse of the functions above. */
function entryValues(
  reader: FieldReader,
  kind: VisitKind,
  list: string,
  resource: IpsResource,
): Record<string, unknown> {
  switch (resource.resourceType) {
    case 'Condition':
      return conditionValues(kind, resource);
    case 'Procedure': {
      const [name, code, date] =
        list === 'diagnoses' ? ['procedureName', 'procedureCode', 'procedureDate'] : ['name', 'code', 'date'];
      return {
        [name as string]: resource.code?.text,
        [code as string]: codeIn(resource.code, ICD_9_CM),
        [date as string]: resource.performedDateTime,
      };
    }
    case 'Observation':
      return {
        name: resource.code.text,
        code: codeIn(resource.code, EXAM_ITEM),
        result: tableCode(resource.interpretation?.[0], reader.tableOf(list, 'result')),
        quantity: numberText(resource.valueQuantity?.value),
        unit: resource.valueQuantity?.unit,
      };
    case 'MedicationStatement': {
      const [dosage] = resource.dosage ?? [];
      const quantity = dosage?.doseAndRate?.[0]?.doseQuantity;
      return {
        name: resource.medicationCodeableConcept.text,
        frequency: dosage?.text,
        routeCode: tableCode(dosage?.route, reader.tableOf(list, 'routeCode')),
        dose: numberText(quantity?.value),
        doseUnit: quantity?.unit,
      };
    }
    default:
      return {};
  }
}

function conditionValues(
  kind: VisitKind,
  { code, recordedDate, onsetDateTime, evidence }: Condition,
): Record<string, unknown> {
  const common = { name: code?.text, code: codeIn(code, ICD_10) };
  if (kind === 'inpatient') return { ...common, confirmedDate: recordedDate };
  const symptom = evidence?.[0]?.code?.[0];
  return {
    ...common,
    date: recordedDate,
    onsetTime: fromDateTime(onsetDateTime),
    symptomName: symptom?.text,
    symptomCode: codeIn(symptom, ICD_10),
  };
}

function proofOf(provenance: IpsResource | undefined): VisitProof | null {
  const signature = hexOf(findExtension(provenance, 'signature'));
  const certificate = hexOf(findExtension(provenance, 'sam-certificate'));
  return signature === null && certificate === null ? null : { signature, certificate, signedBy: null };
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
