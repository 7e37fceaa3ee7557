/** Alerts, blood group, allergies and immunizations, and back. */
import { type CardProfile, nationalProfile } from '../profile/index.ts';
import {
  ALERT_FLAGS,
  type AlertFlag,
  type HealthSummary,
  type SummaryAlerts,
  type SummaryAllergy,
  type SummaryImmunization,
} from '../summary/types.ts';
import type {
  AllergyIntolerance,
  Coding,
  Condition,
  Flag,
  Immunization,
  IpsResource,
  Observation,
  Reference,
} from './fhir-types.ts';
import { PATIENT_ID } from './patient.ts';
import { placeExtension, placeOf } from './places.ts';
import { ALERT, LOINC, TERMINOLOGY } from './systems.ts';
import { absent, codedOf, codeIn, compact, concept, fhirText } from './values.ts';

export const SUBJECT: Reference = { reference: `Patient/${PATIENT_ID}` };
const OTHER = 'otherAlert';
const PSYCHIATRIC = 'psychiatric';
/** A receiver that filters by sensitivity must see that this one is psychiatric (HL7 v3 ActCode PSY). */
const SENSITIVE: Coding = {
  system: `${TERMINOLOGY}/v3-ActCode`,
  code: 'PSY',
  display: 'psychiatry disorder information sensitivity',
};
const ACTIVE = { coding: [{ system: `${TERMINOLOGY}/condition-clinical`, code: 'active' }] };

const BLOOD_GROUPS = [
  { id: 'blood-abo', part: 'bloodAbo', table: 'blood-abo', loinc: '883-9', display: 'ABO group [Type] in Blood' },
  { id: 'blood-rh', part: 'bloodRh', table: 'blood-rh', loinc: '10331-7', display: 'Rh [Type] in Blood' },
] as const;

export type ClinicalParts = Pick<HealthSummary, 'alerts' | 'psychiatric' | 'allergies' | 'immunizations'>;

export interface ClinicalResources {
  readonly flags: readonly Flag[];
  /** What is true, once more as a problem: flags are no part of a problem list. */
  readonly problems: readonly Condition[];
  readonly bloodGroups: readonly Observation[];
  readonly allergies: readonly AllergyIntolerance[];
  readonly immunizations: readonly Immunization[];
}

export function toClinical(
  { alerts, psychiatric, allergies, immunizations }: ClinicalParts,
  profile: CardProfile = nationalProfile,
): ClinicalResources {
  const stated: readonly (readonly [string, boolean | null | undefined])[] = [
    ...ALERT_FLAGS.map((id) => [id, alerts.flags[id]] as const),
    [PSYCHIATRIC, psychiatric],
  ];
  const other = fhirText(alerts.other);
  return {
    flags: [
      ...stated.flatMap(([id, value]) => (typeof value === 'boolean' ? [flagOf(profile, id, value)] : [])),
      ...(other === undefined ? [] : [otherFlag(other)]),
    ],
    problems: [
      ...stated.flatMap(([id, value]) => (value === true ? [problemOf(profile, id)] : [])),
      ...(other === undefined ? [] : [{ ...problem(OTHER), code: { text: other } }]),
    ],
    bloodGroups: BLOOD_GROUPS.flatMap((group) => bloodGroup(group, alerts)),
    allergies: allergies.map(allergyOf),
    immunizations: immunizations.map(immunizationOf),
  };
}

export function fromClinical(resources: readonly IpsResource[]): ClinicalParts {
  const flags = new Map<string, boolean>();
  let other: string | null = null;
  for (const resource of resources) {
    if (resource.resourceType !== 'Flag') continue;
    const id = codeIn(resource.code, ALERT);
    if (id === OTHER) other = resource.code.text ?? null;
    else if (id !== undefined) flags.set(id, resource.status === 'active');
  }
  const observation = (id: string) =>
    resources.find((entry): entry is Observation => entry.resourceType === 'Observation' && placeOf(entry) === id);
  const blood = (index: 0 | 1) => {
    const { id, table } = BLOOD_GROUPS[index];
    return codedOf(observation(id)?.valueCodeableConcept, table);
  };
  const psychiatric = flags.get(PSYCHIATRIC);
  return {
    alerts: {
      bloodAbo: blood(0),
      bloodRh: blood(1),
      flags: Object.fromEntries(ALERT_FLAGS.map((id) => [id, flags.get(id) ?? null])) as SummaryAlerts['flags'],
      other,
    },
    ...(psychiatric === undefined ? {} : { psychiatric }),
    allergies: inPlace<AllergyIntolerance, SummaryAllergy>(resources, 'AllergyIntolerance', 'allergies', allergyFrom, {
      substance: null,
      reaction: null,
    }),
    immunizations: inPlace<Immunization, SummaryImmunization>(
      resources,
      'Immunization',
      'immunizations',
      immunizationFrom,
      { name: null, date: null },
    ),
  };
}

function alertCode(profile: CardProfile, id: string): { readonly coding: readonly Coding[] } {
  const { text } = profile.element(id).element;
  return { coding: [{ system: ALERT, code: id, display: text.zh.replace(/标志$/, '') }] };
}

/** `false` is a statement of its own: the flag exists and is not active. */
function flagOf(profile: CardProfile, id: AlertFlag | string, value: boolean): Flag {
  return {
    resourceType: 'Flag',
    id: `flag-${id}`,
    ...(id === PSYCHIATRIC ? { meta: { security: [SENSITIVE] } } : {}),
    status: value ? 'active' : 'inactive',
    code: alertCode(profile, id),
    subject: SUBJECT,
  };
}

function otherFlag(text: string): Flag {
  const code = { coding: [{ system: ALERT, code: OTHER }], text };
  return { resourceType: 'Flag', id: `flag-${OTHER}`, status: 'active', code, subject: SUBJECT };
}

function problem(id: string) {
  return {
    resourceType: 'Condition' as const,
    id: `problem-${id}`,
    clinicalStatus: ACTIVE,
    category: [{ coding: [{ system: `${TERMINOLOGY}/condition-category`, code: 'problem-list-item' }] }],
    subject: SUBJECT,
  };
}

function problemOf(profile: CardProfile, id: string): Condition {
  const security = id === PSYCHIATRIC ? { meta: { security: [SENSITIVE] } } : {};
  return { ...problem(id), ...security, code: alertCode(profile, id) };
}

function bloodGroup(group: (typeof BLOOD_GROUPS)[number], alerts: SummaryAlerts): readonly Observation[] {
  const value = alerts[group.part];
  if (value === null) return [];
  return [
    {
      resourceType: 'Observation',
      id: group.id,
      extension: [placeExtension(group.id)],
      status: 'final',
      code: { coding: [{ system: LOINC, code: group.loinc, display: group.display }] },
      subject: SUBJECT,
      valueCodeableConcept: concept(group.table, value),
    },
  ];
}

function allergyOf({ substance, reaction }: SummaryAllergy, index: number): AllergyIntolerance {
  const text = fhirText(substance);
  const manifestation = fhirText(reaction);
  return compact({
    resourceType: 'AllergyIntolerance' as const,
    id: `allergy-${index + 1}`,
    extension: [placeExtension(`allergies/${index + 1}`)],
    clinicalStatus: { coding: [{ system: `${TERMINOLOGY}/allergyintolerance-clinical`, code: 'active' }] },
    code: text === undefined ? absent() : { text },
    patient: SUBJECT,
    reaction: manifestation === undefined ? undefined : [{ manifestation: [{ text: manifestation }] }],
  }) as AllergyIntolerance;
}

function allergyFrom({ code, reaction }: AllergyIntolerance): SummaryAllergy {
  return { substance: code?.text ?? null, reaction: reaction?.[0]?.manifestation[0]?.text ?? null };
}

function immunizationOf({ name, date }: SummaryImmunization, index: number): Immunization {
  const text = fhirText(name);
  return {
    resourceType: 'Immunization',
    id: `immunization-${index + 1}`,
    extension: [placeExtension(`immunizations/${index + 1}`)],
    status: 'completed',
    vaccineCode: text === undefined ? absent() : { text },
    patient: SUBJECT,
    // R4 asks for an occurrence; the card may hold none.
    ...(date === null ? { occurrenceString: '卡上无接种时间' } : { occurrenceDateTime: date }),
  };
}

function immunizationFrom({ vaccineCode, occurrenceDateTime }: Immunization): SummaryImmunization {
  return { name: vaccineCode.text ?? null, date: occurrenceDateTime ?? null };
}

/** The entries of a list at the places that they say, gaps filled with an empty entry. */
function inPlace<R extends IpsResource, T>(
  resources: readonly IpsResource[],
  type: R['resourceType'],
  list: string,
  read: (resource: R) => T,
  none: T,
): readonly T[] {
  const entries: T[] = [];
  for (const resource of resources) {
    const [name, number] = placeOf(resource)?.split('/') ?? [];
    if (resource.resourceType !== type || name !== list) continue;
    const index = Number(number) - 1;
    while (entries.length <= index) entries.push(none);
    entries[index] = read(resource as R);
  }
  return entries;
}
