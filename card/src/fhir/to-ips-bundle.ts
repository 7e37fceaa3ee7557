/**
 * The health summary as a FHIR R4 document Bundle in the shape of the International Patient Summary: Composition with the
 * required sections (medications, allergies, problems; an empty one says why) and those for which the card has something.
 */

import { nationalProfile } from '../profile/index.ts';
import type { CardProfile } from '../profile/types.ts';
import type { ElementPlace, HealthSummary } from '../summary/types.ts';
import type { VisitVerdict } from '../visits/verify-visit.ts';
import { SUBJECT, toClinical } from './clinical.ts';
import type {
  CodeableConcept,
  Composition,
  CompositionSection,
  Device,
  Extension,
  IpsBundle,
  IpsResource,
} from './fhir-types.ts';
import { narrative } from './narrative.ts';
import { toIssuer, toPatient } from './patient.ts';
import { codeSystemOf, extensionUrl, LOINC, PROJECT_BASE, TERMINOLOGY } from './systems.ts';
import { hexToBase64 } from './values.ts';
import { toVisitResources } from './visits.ts';

export interface IpsBundleOptions {
  /** FHIR instant with zone, for example `2026-11-23T08:30:00+08:00`. */
  readonly timestamp: string;
  /** UUID in lower case; identifier of the document. */
  readonly bundleId: string;
  /** Outcome of `verifyVisit` by `inpatient/1`, `outpatient/3`; a signed visit without one counts as not checked. */
  readonly verdicts?: Readonly<Record<string, VisitVerdict>>;
  /** Codes of `CodeSystem/card-standing`, by whom the card was read: `hotlist-listed`, `validity-expired`, … */
  readonly standing?: readonly string[];
  readonly profile?: CardProfile;
}

export function toIpsBundle(summary: HealthSummary, options: IpsBundleOptions): IpsBundle {
  const { timestamp, bundleId, standing = [], profile = nationalProfile } = options;
  const patient = toPatient(summary);
  const issuer = toIssuer(summary.card);
  const clinical = toClinical(summary, profile);
  const visits = toVisitResources(profile, summary.visits, options);
  const sections = [
    section(
      MEDICATIONS,
      visits.drugs,
      visits.drugs.map((drug) => label(drug.medicationCodeableConcept)),
    ),
    section(
      ALLERGIES,
      clinical.allergies,
      summary.allergies.map(({ substance, reaction }) => shown(substance, reaction)),
    ),
    section(
      PROBLEMS,
      clinical.problems,
      clinical.problems.map(({ code }) => label(code)),
    ),
    section(
      IMMUNIZATIONS,
      clinical.immunizations,
      summary.immunizations.map(({ name, date }) => shown(name, date)),
    ),
    section(
      ALERTS,
      clinical.flags,
      clinical.flags.map(({ code, status }) => `${label(code)}: ${STATED[status] ?? status}`),
    ),
    section(
      RESULTS,
      [...clinical.bloodGroups, ...visits.exams],
      [...clinical.bloodGroups, ...visits.exams].map(({ code, valueCodeableConcept }) =>
        shown(label(code), valueCodeableConcept === undefined ? null : label(valueCodeableConcept)),
      ),
    ),
    section(
      PROCEDURES,
      visits.procedures,
      visits.procedures.map(({ code }) => label(code)),
    ),
    section(
      ENCOUNTERS,
      [...visits.encounters, ...visits.conditions],
      [
        ...visits.encounters.map(({ period, serviceType }) => shown(period?.start ?? null, label(serviceType))),
        ...visits.conditions.map(({ code }) => label(code)),
      ],
    ),
  ].flatMap((made) => made ?? []);
  const resources: readonly IpsResource[] = [
    composition(summary, { timestamp, sections }),
    patient,
    DEVICE,
    ...(issuer === null ? [] : [issuer]),
    ...clinical.allergies,
    ...clinical.problems,
    ...clinical.immunizations,
    ...clinical.flags,
    ...clinical.bloodGroups,
    ...visits.organizations,
    ...visits.encounters,
    ...visits.conditions,
    ...visits.procedures,
    ...visits.exams,
    ...visits.drugs,
    ...visits.provenances,
  ];
  return {
    resourceType: 'Bundle',
    id: bundleId,
    ...(standing.length === 0
      ? {}
      : { meta: { tag: standing.map((code) => ({ system: codeSystemOf('card-standing'), code })) } }),
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${bundleId}` },
    type: 'document',
    timestamp,
    entry: resources.map((resource) => ({
      fullUrl: `${PROJECT_BASE}/${bundleId}/${resource.resourceType}/${resource.id}`,
      resource,
    })),
  };
}

interface SectionKind {
  readonly title: string;
  readonly code: CodeableConcept;
  /** Required sections are there even when empty. */
  readonly required: boolean;
  readonly empty: string;
}

const loinc = (code: string, display: string): CodeableConcept => ({ coding: [{ system: LOINC, code, display }] });
const optional = (title: string, code: CodeableConcept): SectionKind => ({ title, code, required: false, empty: '' });

const MEDICATIONS: SectionKind = {
  title: '用药 Medications',
  code: loinc('10160-0', 'History of Medication use Narrative'),
  required: true,
  empty: '卡上没有用药清单。The card holds no list of medications.',
};
const ALLERGIES: SectionKind = {
  title: '过敏 Allergies',
  code: loinc('48765-2', 'Allergies and adverse reactions Document'),
  required: true,
  empty: '卡上没有过敏记录，并不说明没有过敏。The card holds no allergy, which does not mean that there is none.',
};
const PROBLEMS: SectionKind = {
  title: '健康问题 Problems',
  code: loinc('11450-4', 'Problem list - Reported'),
  required: true,
  empty: '卡上没有记录健康问题。The card states no problem.',
};
const IMMUNIZATIONS = optional('免疫接种 Immunizations', loinc('11369-6', 'History of Immunization Narrative'));
const RESULTS = optional('检查检验 Results', loinc('30954-2', 'Relevant diagnostic tests/laboratory data Narrative'));
const PROCEDURES = optional('手术操作 Procedures', loinc('47519-4', 'History of Procedures Document'));
const ENCOUNTERS = optional('就诊 Visits', loinc('46240-8', 'History of Hospitalizations+Outpatient visits Narrative'));
const ALERTS = optional('医学警示 Alerts', {
  coding: [{ system: codeSystemOf('section'), code: 'alerts', display: '医学警示' }],
});

const STATED: Readonly<Record<string, string>> = { active: '是 yes', inactive: '否 no' };

/** Who wrote the document: no person did. */
const DEVICE: Device = {
  resourceType: 'Device',
  id: 'reader',
  type: { text: '居民健康卡读卡程序 health card reading software' },
};

/** List-empty-reason `unavailable`: the card does not say; it never says that there is nothing. */
const UNAVAILABLE: CodeableConcept = {
  coding: [{ system: `${TERMINOLOGY}/list-empty-reason`, code: 'unavailable', display: 'Unavailable' }],
};

function section(
  { title, code, required, empty }: SectionKind,
  resources: readonly IpsResource[],
  lines: readonly string[],
): CompositionSection | undefined {
  if (resources.length === 0 && !required) return undefined;
  const base = { title, code, text: narrative(lines, empty) };
  if (resources.length === 0) return { ...base, emptyReason: UNAVAILABLE };
  return { ...base, entry: resources.map(({ resourceType, id }) => ({ reference: `${resourceType}/${id}` })) };
}

function composition(
  summary: HealthSummary,
  { timestamp, sections }: { timestamp: string; sections: readonly CompositionSection[] },
): Composition {
  const extension = [...partsRead(summary), ...summary.irregular.map(irregularExtension)];
  return {
    resourceType: 'Composition',
    id: 'composition',
    ...(extension.length === 0 ? {} : { extension }),
    status: 'final',
    type: loinc('60591-5', 'Patient summary Document'),
    subject: SUBJECT,
    date: timestamp,
    author: [{ reference: `Device/${DEVICE.id}` }],
    title: '居民健康卡患者摘要 Patient summary from the resident health card',
    section: sections,
  };
}

/** Which optional files were read: read and empty is not the same as not read. */
export const OPTIONAL_PARTS = ['psychiatric', 'photo', 'visits'] as const;

function partsRead(summary: HealthSummary): readonly Extension[] {
  return OPTIONAL_PARTS.filter((part) => summary[part] !== undefined).map((part) => ({
    url: extensionUrl('part-read'),
    valueCode: part,
  }));
}

/** Bytes that no FHIR value says, so that a bundle goes back to a card without loss. */
function irregularExtension({ file, record, element, bytes }: ElementPlace & { readonly bytes: string }): Extension {
  return {
    url: extensionUrl('irregular-element'),
    extension: [
      { url: 'file', valueString: file },
      ...(record === null ? [] : [{ url: 'record', valuePositiveInt: record }]),
      { url: 'element', valueString: element },
      { url: 'bytes', valueBase64Binary: hexToBase64(bytes) },
    ],
  };
}

function label(concept: CodeableConcept | undefined): string {
  return concept?.text ?? concept?.coding?.map(({ display, code }) => display ?? code ?? '').join(' ') ?? '—';
}

function shown(...parts: readonly (string | null)[]): string {
  return parts.map((part) => part ?? '—').join('，');
}
