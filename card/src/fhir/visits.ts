/**
 * A visit as an Encounter with its Conditions, Procedures, Observations and MedicationStatements, and a Provenance that
 * says how it is signed. The signature is over the card's bytes, so it stands in an extension and not in
 * `Provenance.signature`, which would be one over the FHIR resources.
 */
import type { CardProfile } from '../profile/types.ts';
import type { HealthSummary, VisitProof } from '../summary/types.ts';
import type { VisitKind } from '../visits/types.ts';
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
import { placeExtension } from './places.ts';
import { EXAM_ITEM, extensionUrl, ICD_9_CM, ICD_10, identifierSystem, TERMINOLOGY } from './systems.ts';
import { absent, binaryExtension, compact, namedConcept } from './values.ts';
import { type AnyVisit, type EntryFields, type EntryPlace, fieldsOfVisit } from './visit-fields.ts';
import { EXTENSION_LISTS, OWN } from './visit-members.ts';

const CLASSES: Readonly<Record<VisitKind, Coding>> = {
  inpatient: { system: `${TERMINOLOGY}/v3-ActCode`, code: 'IMP', display: 'inpatient encounter' },
  outpatient: { system: `${TERMINOLOGY}/v3-ActCode`, code: 'AMB', display: 'ambulatory' },
};
/** Of an inpatient diagnosis block, what was done; the rest of the block is the diagnosis. */
const INPATIENT_PROCEDURE = [
  'procedureName',
  'procedureCode',
  'procedureDate',
  'anaesthesia',
  'anaesthesiaCode',
  'incisionHealing',
] as const;

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
