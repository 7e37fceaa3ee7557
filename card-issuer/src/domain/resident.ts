/** A resident as the issuer knows one: what was validated at enrolment, in the codes of the card's code tables. */

/** What comes in, from the API or from a row of a roster: texts as people write them, codes or Chinese names. */
export interface ResidentInput {
  readonly name: string;
  readonly sex: string;
  readonly ethnicGroup: string;
  /** `YYYY-MM-DD`, `YYYYMMDD` or `YYYY/M/D`. */
  readonly birthDate: string;
  readonly documentType: string;
  readonly documentNumber: string;
  /** GB/T 2260, 6 digits. */
  readonly areaCode: string;
  readonly householdAddress?: string | undefined;
  readonly currentAddress?: string | undefined;
  readonly phone?: string | undefined;
  readonly contactName?: string | undefined;
  readonly contactRelationship?: string | undefined;
  readonly contactPhone?: string | undefined;
  readonly paymentMethods?: readonly string[] | undefined;
  readonly bloodAbo?: string | undefined;
  readonly bloodRh?: string | undefined;
  readonly alerts?: readonly string[] | undefined;
  readonly otherAlert?: string | undefined;
  readonly allergies?: readonly { readonly substance: string; readonly reaction: string }[] | undefined;
  readonly immunizations?: readonly { readonly name: string; readonly date: string }[] | undefined;
  readonly education?: string | undefined;
  readonly marital?: string | undefined;
  readonly occupation?: string | undefined;
  readonly ehrNumber?: string | undefined;
  readonly ruralSchemeNumber?: string | undefined;
  /** 12 digits of the statistical code: county (GB/T 2260), township, village. */
  readonly villageCode?: string | undefined;
  readonly otherDocuments?: readonly { readonly documentType: string; readonly documentNumber: string }[] | undefined;
  /** Beside the first contact; the card has room for two more. */
  readonly otherContacts?:
    | readonly {
        readonly name: string;
        readonly relationship?: string | undefined;
        readonly phone?: string | undefined;
      }[]
    | undefined;
  readonly secondPhone?: string | undefined;
  /** JPEG. */
  readonly photo?: Uint8Array | undefined;
}

export interface Resident {
  readonly name: string;
  readonly sex: string;
  readonly ethnicGroup: string;
  readonly birthDate: string;
  /** Code of the card's document table (CV02.01.101); a birth certificate is `99` there. */
  readonly documentType: string;
  /** How the number is checked and what the card number is made of. */
  readonly documentKind: 'identity' | 'birth-certificate' | 'temporary' | 'other';
  readonly documentNumber: string;
  readonly areaCode: string;
  readonly householdAddress: string | null;
  readonly currentAddress: string | null;
  readonly phone: string | null;
  readonly contactName: string | null;
  readonly contactRelationship: string | null;
  readonly contactPhone: string | null;
  readonly paymentMethods: readonly string[];
  readonly bloodAbo: string | null;
  readonly bloodRh: string | null;
  /** Item numbers (标志) 43–54 and 56 of the alerts that apply. */
  readonly alertItems: readonly number[];
  readonly otherAlert: string | null;
  readonly allergies: readonly { readonly substance: string; readonly reaction: string }[];
  /** Newest first. */
  readonly immunizations: readonly { readonly name: string; readonly date: string }[];
  readonly education: string | null;
  readonly marital: string | null;
  readonly occupation: string | null;
  readonly ehrNumber: string | null;
  readonly ruralSchemeNumber: string | null;
  readonly villageCode: string | null;
  readonly otherDocuments: readonly { readonly documentType: string; readonly documentNumber: string }[];
  readonly otherContacts: readonly {
    readonly name: string;
    readonly relationship: string | null;
    readonly phone: string | null;
  }[];
  readonly secondPhone: string | null;
  /** Base64 of a JPEG of at most 3072 bytes. */
  readonly photo: string | null;
}

export type ResidentField = keyof ResidentInput;

/** 18-digit number on the card; null when the holder has none yet (element 15 stays empty). */
export function identityNumberOf(resident: Resident): string | null {
  return resident.documentKind === 'identity' ? resident.documentNumber : null;
}

/**
 * 卡号 = identity number, or the number of the other document (CARD-FACTS 6.5). A newborn without an identity number
 * carries the number of the birth certificate (出生医学证明编号): never a guardian's, because two cards would then
 * share one card number.
 */
export function cardNumberOf(resident: Resident): string {
  return resident.documentNumber;
}

/** A record of an earlier day lacks the fields that came later. */
export function completed(record: Resident): Resident {
  return {
    ...record,
    villageCode: record.villageCode ?? null,
    otherDocuments: record.otherDocuments ?? [],
    otherContacts: record.otherContacts ?? [],
    secondPhone: record.secondPhone ?? null,
  };
}

/** The same content, in whatever order its fields stand. */
export function sameResident(a: Resident, b: Resident): boolean {
  const ordered = (resident: Resident) =>
    JSON.stringify(Object.entries(completed(resident)).sort(([x], [y]) => (x < y ? -1 : 1)));
  return ordered(a) === ordered(b);
}
