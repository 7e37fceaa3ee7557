/** Return codes of the national interface (CARD-FACTS 8.2), from the agent's own errors. */
import type { RhcError } from '@rhc/card/errors';

export const LEGACY_CODES = {
  IRV_OK: 0,
  PARA_ERR: 101,
  NO_FILE: 102,
  RD_RCDERR: 103,
  CARD_ERR: 104,
  PSAM_ERR: 105,
  IRK_VERR: 106,
  RD_BINERR: 107,
  WR_RCDERR: 108,
  RCINVALID: 112,
} as const;
export type LegacyCodeName = keyof typeof LEGACY_CODES;

const BY_ERROR: Readonly<Record<string, LegacyCodeName>> = {
  LEGACY_PARAMETER: 'PARA_ERR',
  CARD_PATCH_REFUSED: 'PARA_ERR',
  CARD_FILE_NOT_FOUND: 'NO_FILE',
  CARD_RECORD_NOT_FOUND: 'RD_RCDERR',
  CARD_CONTENT_INVALID: 'RD_RCDERR',
  LEGACY_RECORD_EMPTY: 'RCINVALID',
  CARD_NOT_GENUINE: 'IRK_VERR',
  CARD_AUTHENTICATION_FAILED: 'IRK_VERR',
  CARD_KEY_BLOCKED: 'IRK_VERR',
  CARD_PATCH_CONFLICT: 'WR_RCDERR',
};

/** Keys come from key-service where the interface knew only a SAM: its failures are told as the SAM's. */
export function legacyCodeOf({ code }: RhcError): LegacyCodeName {
  return BY_ERROR[code] ?? (/^(KEY|SAM)_/.test(code) ? 'PSAM_ERR' : 'CARD_ERR');
}
