/** Fields that every file of hsm-config has in common. */
import { z } from 'zod';

export const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
export const identifier = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case words joined by hyphens');
export const schemaReference = { $schema: z.string().optional() };
export const suiteName = z.enum(['intl-128', 'sm-128', 'pboc-3des']);
export const keyVersionNumber = z.int().min(1).max(255);
export const slotName = z.string().regex(/^[A-Z][A-Z0-9]*([.-][A-Z0-9]+)?$/, 'slot name such as RK1.DDF1 or SAM-MK');

export type ConfigText = z.infer<typeof text>;
