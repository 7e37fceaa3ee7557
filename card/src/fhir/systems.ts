/**
 * Where codes and numbers of the bundle come from. National numbers carry the OIDs that the health information exchange
 * documents of WS/T 500-2016 use for them. Codes of the card's tables carry a URL of this project and stand as the card
 * holds them (`01`), not as a standard prints them; LOINC is used for what its names say word for word, SNOMED CT nowhere.
 */
export const PROJECT_BASE = 'https://resident-health-card.example/fhir';

export const codeSystemOf = (table: string): string => `${PROJECT_BASE}/CodeSystem/${table}`;
export const extensionUrl = (name: string): string => `${PROJECT_BASE}/StructureDefinition/${name}`;

export const LOINC = 'http://loinc.org';
export const ICD_10 = 'http://hl7.org/fhir/sid/icd-10';
export const ICD_9_CM = 'http://hl7.org/fhir/sid/icd-9-cm';
/** Item codes of a laboratory: LOINC by the specification's example, in the field whatever the laboratory uses. */
export const EXAM_ITEM = codeSystemOf('exam-item');
export const ALERT = codeSystemOf('alert');

/** Identifier systems. */
export const ID_NUMBER_SYSTEM = 'urn:oid:2.16.156.10011.1.3';
export const EHR_NUMBER_SYSTEM = 'urn:oid:2.16.156.10011.1.2';
export const CARD_NUMBER_SYSTEM = 'urn:oid:2.16.156.10011.1.19';
export const identifierSystem = (name: string): string => `${PROJECT_BASE}/NamingSystem/${name}`;

/** HL7's own. */
export const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
export const DATA_ABSENT_REASON = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
export const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';
