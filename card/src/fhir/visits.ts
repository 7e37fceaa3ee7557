/**
 * A visit as an Encounter with its Conditions, Procedures, Observations and MedicationStatements, and a Provenance that
 * says how it is signed. The signature is over the card's bytes, so it stands in an extension and not in
 * `Provenance.signature`, which would be one over the FHIR resources.
 */
import type { CardProfile } from '../profile/types.ts';
import type { HealthSummary, SummaryVisit, VisitProof } from '../summary/types.ts';
import type { InpatientVisit, OutpatientVisit, VisitKind } from '../visits/types.ts';
import type { VisitVerdict } from '../visits/verify-visit.ts';
import { SUBJECT } from './clinical.ts';
import type {
  Coding,
  Condition,
  Encounter,
  Extension,
  IpsResource,
  MedicationStatement,
  Observation,
  Organization,
  Procedure,
  Provenance,
  Reference,
} from './fhir-types.ts';
import { placeExtension, placeOf } from './places.ts';
import { EXAM_ITEM, extensionUrl, ICD_9_CM, ICD_10, identifierSystem, TERMINOLOGY } from './systems.ts';
import {
  absent,
  binaryExtension,
  codeIn,
  compact,
  findExtension,
  fromDateTime,
  hexOf,
  namedConcept,
  tableCode,
} from './values.ts';
import { type AnyVisit, type EntryFields, type EntryPlace, FieldReader, fieldsOfVisit } from './visit-fields.ts';

const CLASSES: Readonly<Record<VisitKind, Coding>> = {
  inpatient: { system: `${TERMINOLOGY}/v3-ActCode`, code: 'IMP', display: 'inpatient encounter' },
  outpatient: { system: `${TERMINOLOGY}/v3-ActCode`, code: 'AMB', display: 'ambulatory' },
};
/** The members that the two kinds have under different names. */
const OWN = {
  inpatient: {
    number: 'recordNumber',
    department: 'admissionDepartment',
    start: 'admissionDate',
    end: 'dischargeDate',
  },
  outpatient: { number: 'visitNumber', department: 'department', start: 'visitTime', end: undefined },
} as const;
/** Of an inpatient diagnosis block, what was done; the rest of the block is the diagnosis. */
const INPATIENT_PROCEDURE = [
  'procedureName',
  'procedureCode',
  'procedureDate',
  'anaesthesia',
  'anaesthesiaCode',
  'incisionHealing',
] as const;
/** Lists without a resource of the summary: complex extensions of the encounter. */
const EXTENSION_LISTS: ReadonlySet<string> = new Set(['fees', 'transfusions']);

export interface VisitResources {
  readonly encounters: readonly Encounter[];
  readonly conditions: readonly Condition[];
  readonly procedures: readonly Procedure[];
  readonly exams: readonly Observation[];
  readonly drugs: readonly MedicationStatement[];
  readonly organizations: readonly Organization[];
  readonly provenances: readonly Provenance[];
}

export interface VisitBundleOptions {
  readonly timestamp: string;
  /** Outcome of `verifyVisit` by `inpatient/1`, `outpatient/3`; a visit without one counts as not checked. */
  readonly verdicts?: Readonly<Record<string, VisitVerdict>>;
}

export function toVisitResources(
  profile: CardProfile,
  visits: HealthSummary['visits'],
  options: VisitBundleOptions,
): VisitResources {
  const resources: IpsResource[] = [
    ...(visits?.inpatient ?? []).flatMap((visit) => visitResources(profile, 'inpatient', visit, options)),
    ...(visits?.outpatient ?? []).flatMap((visit) => visitResources(profile, 'outpatient', visit, options)),
  ];
  const of = <R extends IpsResource>(type: R['resourceType']) =>
    resources.filter((resource): resource is R => resource.resourceType === type);
  return {
    encounters: of<Encounter>('Encounter'),
    conditions: of<Condition>('Condition'),
    procedures: of<Procedure>('Procedure'),
    exams: of<Observation>('Observation'),
    drugs: of<MedicationStatement>('MedicationStatement'),
    organizations: of<Organization>('Organization'),
    provenances: of<Provenance>('Provenance'),
  };
}

function visitResources(
  profile: CardProfile,
  kind: VisitKind,
  visit: AnyVisit,
  options: VisitBundleOptions,
): readonly IpsResource[] {
  const id = `${kind}-${visit.slot}`;
  const { own, entries } = fieldsOfVisit(profile, kind, visit);
  const encounter: Reference = { reference: `Encounter/${id}` };
  const organization = organizationOf(id, own);
  const lists = entries.filter(({ list }) => EXTENSION_LISTS.has(list));
  return [
    encounterOf(kind, visit.slot, { own, lists, organization }),
    ...(organization === null ? [] : [organization]),
    ...entries
      .filter(({ list }) => !EXTENSION_LISTS.has(list))
      .flatMap((entry) => entryResources(kind, visit.slot, entry, encounter)),
    provenanceOf(kind, visit, encounter, options),
  ];
}

function organizationOf(id: string, own: EntryFields): Organization | null {
  const name = own.text('institutionName');
  const code = own.text('institutionCode');
  if (name === undefined && code === undefined) return null;
  return compact({
    resourceType: 'Organization' as const,
    id: `${id}-institution`,
    identifier: code === undefined ? undefined : [{ system: identifierSystem('institution-code'), value: code }],
    name,
  }) as Organization;
}

type Entry = EntryPlace & { readonly fields: EntryFields };

function encounterOf(
  kind: VisitKind,
  slot: number,
  { own, lists, organization }: { own: EntryFields; lists: readonly Entry[]; organization: Organization | null },
): Encounter {
  const names = OWN[kind];
  const number = own.text(names.number);
  const department = own.text(names.department);
  const period = compact({
    start: own.dateTime(names.start),
    end: names.end === undefined ? undefined : own.dateTime(names.end),
  });
  return compact({
    resourceType: 'Encounter' as const,
    id: `${kind}-${slot}`,
    extension: [placeExtension(`${kind}/${slot}`), ...own.rest(), ...lists.map((entry) => listExtension(kind, entry))],
    identifier: number === undefined ? undefined : [{ system: identifierSystem(`${kind}-number`), value: number }],
    status: 'finished',
    class: CLASSES[kind],
    serviceType: department === undefined ? undefined : { text: department },
    subject: SUBJECT,
    period,
    serviceProvider: organization === null ? undefined : { reference: `Organization/${organization.id}` },
  }) as Encounter;
}

function listExtension(kind: VisitKind, { list, number, fields }: Entry): Extension {
  return {
    url: extensionUrl(`${kind}-${list}`),
    extension: [{ url: 'number', valuePositiveInt: number }, ...fields.rest()],
  };
}

function entryResources(
  kind: VisitKind,
  slot: number,
  { list, number, fields }: Entry,
  encounter: Reference,
): readonly IpsResource[] {
  const base = (suffix: string) => ({
    id: `${kind}-${slot}-${suffix}-${number}`,
    place: placeExtension(`${kind}/${slot}/${list}/${number}`),
    encounter,
  });
  switch (list) {
    case 'diagnoses': {
      const procedure = fields.hasAny(INPATIENT_PROCEDURE) ? [inpatientProcedure(base('procedure'), fields)] : [];
      return [...procedure, ...(fields.empty ? [] : [conditionOf(kind, base('diagnosis'), fields)])];
    }
    case 'procedures':
      return [outpatientProcedure(base('procedure'), fields)];
    case 'exams':
      return [examOf(base('exam'), fields)];
    case 'drugs':
      return [drugOf(base('drug'), fields)];
    default:
      throw new RangeError(`no resource for the list ${list}`);
  }
}

interface Base {
  readonly id: string;
  readonly place: Extension;
  readonly encounter: Reference;
}

function conditionOf(kind: VisitKind, { id, place, encounter }: Base, fields: EntryFields): Condition {
  const code = namedConcept(ICD_10, fields.code('code'), fields.text('name'));
  const outpatient = kind === 'outpatient';
  const symptom = outpatient ? namedConcept(ICD_10, fields.code('symptomCode'), fields.text('symptomName')) : {};
  const onsetDateTime = outpatient ? fields.dateTime('onsetTime') : undefined;
  const recordedDate = fields.dateTime(outpatient ? 'date' : 'confirmedDate');
  return compact({
    resourceType: 'Condition' as const,
    id,
    extension: [place, ...fields.rest()],
    category: [{ coding: [{ system: `${TERMINOLOGY}/condition-category`, code: 'encounter-diagnosis' }] }],
    code: Object.keys(code).length > 0 ? code : absent(),
    subject: SUBJECT,
    encounter,
    onsetDateTime,
    recordedDate,
    evidence: Object.keys(symptom).length > 0 ? [{ code: [symptom] }] : undefined,
  }) as Condition;
}

function inpatientProcedure({ id, place, encounter }: Base, fields: EntryFields): Procedure {
  const code = namedConcept(ICD_9_CM, fields.code('procedureCode'), fields.text('procedureName'));
  const performedDateTime = fields.dateTime('procedureDate');
  const extension = [place, ...fields.extensions(['anaesthesia', 'anaesthesiaCode', 'incisionHealing'])];
  return procedureOf({ id, extension, encounter, code, performedDateTime });
}

function outpatientProcedure({ id, place, encounter }: Base, fields: EntryFields): Procedure {
  const code = namedConcept(ICD_9_CM, fields.code('code'), fields.text('name'));
  const performedDateTime = fields.dateTime('date');
  return procedureOf({ id, extension: [place, ...fields.rest()], encounter, code, performedDateTime });
}

function procedureOf(
  parts: Pick<Procedure, 'id' | 'extension' | 'encounter' | 'code'> & { performedDateTime: string | undefined },
): Procedure {
  const { id, extension, encounter, code = {}, performedDateTime } = parts;
  return compact({
    resourceType: 'Procedure' as const,
    id,
    extension,
    status: 'completed',
    code: Object.keys(code).length > 0 ? code : absent(),
    subject: SUBJECT,
    encounter,
    performedDateTime,
  }) as Procedure;
}

function examOf({ id, place, encounter }: Base, fields: EntryFields): Observation {
  const code = namedConcept(EXAM_ITEM, fields.code('code'), fields.text('name'));
  const result = fields.concept('result');
  const valueQuantity = compact({ value: fields.number('quantity'), unit: fields.text('unit') });
  return compact({
    resourceType: 'Observation' as const,
    id,
    extension: [place, ...fields.rest()],
    status: 'final',
    code: Object.keys(code).length > 0 ? code : absent(),
    subject: SUBJECT,
    encounter,
    valueQuantity,
    interpretation: result === undefined ? undefined : [result],
  }) as Observation;
}

function drugOf({ id, place, encounter }: Base, fields: EntryFields): MedicationStatement {
  const name = fields.text('name');
  const doseQuantity = compact({ value: fields.number('dose'), unit: fields.text('doseUnit') });
  const dosage = compact({
    text: fields.text('frequency'),
    route: fields.concept('routeCode'),
    doseAndRate: Object.keys(doseQuantity).length > 0 ? [{ doseQuantity }] : undefined,
  });
  return compact({
    resourceType: 'MedicationStatement' as const,
    id,
    extension: [place, ...fields.rest()],
    // The card says what was prescribed on a day, not whether it is still taken.
    status: 'unknown',
    medicationCodeableConcept: name === undefined ? absent() : { text: name },
    subject: SUBJECT,
    context: encounter,
    dosage: Object.keys(dosage).length > 0 ? [dosage] : undefined,
  }) as MedicationStatement;
}

function provenanceOf(
  kind: VisitKind,
  { slot, proof }: AnyVisit,
  encounter: Reference,
  { timestamp, verdicts }: VisitBundleOptions,
): Provenance {
  const place = `${kind}/${slot}`;
  const signer = proof?.signedBy ?? null;
  const verdict = verdicts?.[place];
  return {
    resourceType: 'Provenance',
    id: `${kind}-${slot}-provenance`,
    extension: [
      placeExtension(place),
      { url: extensionUrl('signature-state'), valueCode: signatureState(proof, verdict) },
      ...(verdict?.problems ?? []).map(({ code }) => ({ url: extensionUrl('signature-problem'), valueCode: code })),
      ...binaryExtension('signature', proof?.signature ?? null),
      ...binaryExtension('sam-certificate', proof?.certificate ?? null),
    ],
    target: [encounter],
    recorded: timestamp,
    agent: [
      { who: { display: signer === null ? '未知 unknown' : `SAM ${signer.samSerial}, ${signer.terminalNumber}` } },
    ],
  };
}

function signatureState(proof: VisitProof | null, verdict: VisitVerdict | undefined): string {
  if (proof === null) return 'unsigned';
  if (verdict === undefined) return 'not-checked';
  return verdict.valid ? 'valid' : 'invalid';
}

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
