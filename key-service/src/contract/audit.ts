/** What key-service shows of its audit log. Leaves and checkpoints travel as the text that was hashed and signed. */
import { z } from 'zod';

const leafIndex = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const hash = z.string().regex(/^[0-9A-F]{64}$/);

/** GET /v1/audit */
export const auditStatusResponse = z.object({
  origin: z.string(),
  size: z.int(),
  signedSize: z.int(),
  spooled: z.int(),
  spoolCapacity: z.int(),
  /** How long the spool lasts at the present rate; null while nothing is spooled. */
  spoolLastsMs: z.int().nullable(),
  damaged: z.boolean(),
  /** SHA-256 over the SubjectPublicKeyInfo of the signing key, hex. */
  keyFingerprint: z.string(),
});

/** GET /v1/audit/leaves (JSON lines) and /v1/audit/checkpoints (signed notes), from an index or a size on. */
export const auditPageRequest = z.strictObject({
  from: leafIndex.default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
});

/** GET /v1/audit/proof/inclusion */
export const inclusionProofRequest = z.strictObject({ index: leafIndex, size: leafIndex });
export const inclusionProofResponse = z.object({
  index: z.int(),
  size: z.int(),
  leaf: z.string(),
  path: z.array(hash),
});

/** GET /v1/audit/proof/consistency: the tree of `size` leaves begins with the tree of `from` leaves. */
export const consistencyProofRequest = z.strictObject({ from: leafIndex, size: leafIndex });
export const consistencyProofResponse = z.object({ from: z.int(), size: z.int(), path: z.array(hash) });

export type AuditStatusResponse = z.infer<typeof auditStatusResponse>;
export type InclusionProofResponse = z.infer<typeof inclusionProofResponse>;
export type ConsistencyProofResponse = z.infer<typeof consistencyProofResponse>;
