/** What writing and reading a visit share: which members the two kinds have, and which lists are extensions. */
import type { VisitKind } from '../visits/types.ts';

/** The members that the two kinds have under different names. */
export const OWN = {
  inpatient: {
    number: 'recordNumber',
    department: 'admissionDepartment',
    start: 'admissionDate',
    end: 'dischargeDate',
  },
  outpatient: { number: 'visitNumber', department: 'department', start: 'visitTime', end: undefined },
} as const satisfies Record<VisitKind, object>;

/** Lists without a resource of the summary: complex extensions of the encounter. */
export const EXTENSION_LISTS: ReadonlySet<string> = new Set(['fees', 'transfusions']);
