/** What a person reads in an answer: both languages, and a field with its rule and remedy. */
import { z } from 'zod';

export const bilingual = z.object({ zh: z.string(), en: z.string() });
export const fieldFault = z.object({ field: z.string(), rule: bilingual, nextStep: bilingual.optional() });
