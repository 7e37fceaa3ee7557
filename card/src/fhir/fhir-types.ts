/**
 * The part of FHIR R4 that the patient summary uses (hl7.org/fhir/R4). Own types because card's only dependency is
 * iconv-lite; the tests hold what is made of them against the R4 definitions.
 */
export interface Extension {
  readonly url: string;
  readonly extension?: readonly Extension[];
  readonly valueString?: string;
  readonly valueCode?: string;
  readonly valueDate?: string;
  readonly valueDateTime?: string;
  readonly valueBoolean?: boolean;
  readonly valueDecimal?: number;
  readonly valuePositiveInt?: number;
  readonly valueUnsignedInt?: number;
  readonly valueBase64Binary?: string;
  readonly valueCodeableConcept?: CodeableConcept;
}

export interface Element {
  readonly id?: string;
  readonly extension?: readonly Extension[];
}

export interface Coding extends Element {
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
  readonly _display?: Element;
}

export interface CodeableConcept extends Element {
  readonly coding?: readonly Coding[];
  readonly text?: string;
}

export interface Reference {
  readonly reference?: string;
  readonly display?: string;
}

export interface Period {
  readonly start?: string;
  readonly end?: string;
}

export interface Identifier extends Element {
  readonly type?: CodeableConcept;
  readonly system?: string;
  readonly value?: string;
  readonly period?: Period;
  readonly assigner?: Reference;
}

export interface ContactPoint extends Element {
  readonly system?: string;
  readonly value?: string;
  readonly rank?: number;
}

export interface Address extends Element {
  readonly use?: string;
  readonly text?: string;
}

export interface HumanName extends Element {
  readonly text?: string;
}

export interface PatientContact extends Element {
  readonly relationship?: readonly CodeableConcept[];
  readonly name?: HumanName;
  readonly telecom?: readonly ContactPoint[];
}

export interface Quantity {
  readonly value?: number;
  readonly unit?: string;
}

interface ResourceBase {
  readonly id: string;
  readonly meta?: { readonly security?: readonly Coding[] };
  readonly extension?: readonly Extension[];
}

export interface Patient extends ResourceBase {
  readonly resourceType: 'Patient';
  readonly identifier?: readonly Identifier[];
  readonly name?: readonly HumanName[];
  readonly gender?: string;
  readonly birthDate?: string;
  readonly _birthDate?: Element;
  readonly maritalStatus?: CodeableConcept;
  readonly telecom?: readonly ContactPoint[];
  readonly address?: readonly Address[];
  readonly contact?: readonly PatientContact[];
  readonly photo?: readonly { readonly contentType?: string; readonly data?: string }[];
}

export interface Organization extends ResourceBase {
  readonly resourceType: 'Organization';
  readonly name?: string;
  readonly identifier?: readonly Identifier[];
}

export interface Device extends ResourceBase {
  readonly resourceType: 'Device';
  readonly type?: CodeableConcept;
}

export interface AllergyIntolerance extends ResourceBase {
  readonly resourceType: 'AllergyIntolerance';
  readonly clinicalStatus?: CodeableConcept;
  readonly code?: CodeableConcept;
  readonly patient: Reference;
  readonly reaction?: readonly { readonly manifestation: readonly CodeableConcept[] }[];
}

export interface Immunization extends ResourceBase {
  readonly resourceType: 'Immunization';
  readonly status: string;
  readonly vaccineCode: CodeableConcept;
  readonly patient: Reference;
  readonly occurrenceDateTime?: string;
  readonly occurrenceString?: string;
}

export interface Flag extends ResourceBase {
  readonly resourceType: 'Flag';
  readonly status: string;
  readonly code: CodeableConcept;
  readonly subject: Reference;
}

export interface Observation extends ResourceBase {
  readonly resourceType: 'Observation';
  readonly status: string;
  readonly code: CodeableConcept;
  readonly subject: Reference;
  readonly encounter?: Reference;
  readonly valueCodeableConcept?: CodeableConcept;
  readonly valueQuantity?: Quantity;
  readonly interpretation?: readonly CodeableConcept[];
}

export interface Condition extends ResourceBase {
  readonly resourceType: 'Condition';
  readonly clinicalStatus?: CodeableConcept;
  readonly category?: readonly CodeableConcept[];
  readonly code?: CodeableConcept;
  readonly subject: Reference;
  readonly encounter?: Reference;
  readonly onsetDateTime?: string;
  readonly recordedDate?: string;
  readonly evidence?: readonly { readonly code?: readonly CodeableConcept[] }[];
}

export interface Procedure extends ResourceBase {
  readonly resourceType: 'Procedure';
  readonly status: string;
  readonly code?: CodeableConcept;
  readonly subject: Reference;
  readonly encounter?: Reference;
  readonly performedDateTime?: string;
}

export interface MedicationStatement extends ResourceBase {
  readonly resourceType: 'MedicationStatement';
  readonly status: string;
  readonly medicationCodeableConcept: CodeableConcept;
  readonly subject: Reference;
  readonly context?: Reference;
  readonly dosage?: readonly {
    readonly text?: string;
    readonly route?: CodeableConcept;
    readonly doseAndRate?: readonly { readonly doseQuantity?: Quantity }[];
  }[];
}

export interface Encounter extends ResourceBase {
  readonly resourceType: 'Encounter';
  readonly status: string;
  readonly class: Coding;
  readonly identifier?: readonly Identifier[];
  readonly serviceType?: CodeableConcept;
  readonly subject: Reference;
  readonly period?: Period;
  readonly serviceProvider?: Reference;
}

export interface Provenance extends ResourceBase {
  readonly resourceType: 'Provenance';
  readonly target: readonly Reference[];
  readonly recorded: string;
  readonly agent: readonly { readonly who: Reference }[];
}

export interface Narrative {
  readonly status: string;
  readonly div: string;
}

export interface CompositionSection {
  readonly title: string;
  readonly code: CodeableConcept;
  readonly text: Narrative;
  readonly entry?: readonly Reference[];
  readonly emptyReason?: CodeableConcept;
}

export interface Composition extends ResourceBase {
  readonly resourceType: 'Composition';
  readonly status: string;
  readonly type: CodeableConcept;
  readonly subject: Reference;
  readonly date: string;
  readonly author: readonly Reference[];
  readonly title: string;
  readonly section: readonly CompositionSection[];
}

export type IpsResource =
  | Composition
  | Patient
  | Organization
  | Device
  | AllergyIntolerance
  | Immunization
  | Flag
  | Observation
  | Condition
  | Procedure
  | MedicationStatement
  | Encounter
  | Provenance;

export interface IpsBundle {
  readonly resourceType: 'Bundle';
  readonly id: string;
  /** How the card stood where it was read. */
  readonly meta?: { readonly tag: readonly Coding[] };
  readonly type: 'document';
  readonly identifier: Identifier;
  readonly timestamp: string;
  readonly entry: readonly { readonly fullUrl: string; readonly resource: IpsResource }[];
}
