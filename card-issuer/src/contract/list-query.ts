/** What lists that come page by page take: how many entries, and the cursor that the page before gave as `next`. */
import { z } from 'zod';

/** @param limits the most entries a page has, and how many when nobody says */
export const listQuery = (limits: { readonly most: number; readonly usual: number }) =>
  z.object({
    cursor: z.string().max(400).optional(),
    limit: z.coerce.number().int().min(1).max(limits.most).default(limits.usual),
  });
