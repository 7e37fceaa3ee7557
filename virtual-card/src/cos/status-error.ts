/** How a handler refuses: the status word that the card answers. Never leaves the card operating system. */

export class StatusError extends Error {
  readonly sw: number;

  constructor(sw: number) {
    super(`status word ${sw.toString(16).toUpperCase()}`);
    this.sw = sw;
  }
}

/** The words of CARD-FACTS 4.4 that this chip gives, by what they mean. */
export const SW = {
  success: 0x9000,
  directoryBlocked: 0x6283,
  memoryFailure: 0x6581,
  wrongLength: 0x6700,
  secureMessagingNotSupported: 0x6882,
  wrongFileStructure: 0x6981,
  securityStatusNotSatisfied: 0x6982,
  keyBlocked: 0x6983,
  noChallenge: 0x6984,
  conditionsNotSatisfied: 0x6985,
  noFileSelected: 0x6986,
  macMissing: 0x6987,
  macWrong: 0x6988,
  wrongData: 0x6a80,
  blocked: 0x6a81,
  fileNotFound: 0x6a82,
  recordNotFound: 0x6a83,
  noSpace: 0x6a84,
  wrongParameters: 0x6a86,
  referenceNotFound: 0x6a88,
  fileExists: 0x6a89,
  wrongOffset: 0x6b00,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
  blockedForEver: 0x9303,
} as const;

export function refuse(reason: keyof typeof SW): never {
  throw new StatusError(SW[reason]);
}

/** 63Cx: x tries are left. */
export function refuseWithTries(triesLeft: number): never {
  throw new StatusError(0x63c0 | triesLeft);
}
