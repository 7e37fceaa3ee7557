/**
 * FHIR R4 definitions by a validator that is not ours (npm `fhir`, its own copies of the definitions and value sets). Errors
 * fail; a warning or note passes only if it is named here.
 */
import type { IpsBundle } from '@rhc/card/fhir';
import { Fhir } from 'fhir';

const validator = new Fhir();

/** Each with why it is right to let it pass; a message of another form fails. */
const ACCEPTED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /^info .*: Value set "http:\/\/(hl7\.org\/fhir|terminology\.hl7\.org)\/ValueSet\/(doc-typecodes|flag-code|security-labels|observation-codes|v3-ActEncounterCode|manifestation-or-symptom|procedure-code|observation-interpretation|route-codes|patient-contactrelationship)" could not be found\.$/,
    'value sets of LOINC, SNOMED CT and v3 codes, which the validator does not carry; none is bound as required',
  ],
  [
    /^info Patient\.photo\[0\]\.contentType: Value set "http:\/\/hl7\.org\/fhir\/ValueSet\/mimetypes" could not be found\.$/,
    'BCP 13 as a whole is the value set; image/jpeg belongs to it',
  ],
  [
    /^warning .*: Code ".*" \(https:\/\/resident-health-card\.example\/fhir\/CodeSystem\/[a-z0-9-]+\) not found in value set$/,
    "the card's own tables; the bindings are example, preferred or extensible",
  ],
  [
    /^warning .*: Code ".*" \(http:\/\/hl7\.org\/fhir\/sid\/icd-(10|9-cm)\) not found in value set$/,
    'ICD codes as the card holds them; the value sets bound are examples in SNOMED CT',
  ],
  [
    /^warning .*: Code "(60591-5|11450-4|883-9|10331-7)" \(http:\/\/loinc\.org\) not found in value set$/,
    'LOINC codes that the IPS guide prescribes or that name the blood groups; the value sets bound are examples',
  ],
  [
    /^warning Patient\.maritalStatus: Code "[SMWD]" \(.*\/v3-MaritalStatus\) not found in value set$/,
    'the validator carries this value set without the codes of its v3 code system',
  ],
];

interface Message {
  readonly location?: string;
  readonly severity?: string;
  readonly message?: string;
}

/** The validator goes into the entries by itself, as the planted faults show. */
function messagesOf(bundle: IpsBundle): readonly string[] {
  const plain = JSON.parse(JSON.stringify(bundle)) as IpsBundle;
  const { messages } = validator.validate(plain, { errorOnUnexpected: true });
  return (messages as readonly Message[]).map(
    ({ severity, location, message }) => `${severity} ${location}: ${message}`,
  );
}

/** What the definitions have against a bundle, beyond what is accepted above. */
export function unaccepted(bundle: IpsBundle): readonly string[] {
  return messagesOf(bundle).filter((message) => !ACCEPTED.some(([pattern]) => pattern.test(message)));
}
