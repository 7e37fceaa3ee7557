/** An error as the contract's schema writes it: the field list is an array that a JSON reader may own. */
import type { ErrorBody } from '@rhc/card/errors';
import type { z } from 'zod';
import type { errorBody } from './contract/index.ts';

export type WireError = z.infer<typeof errorBody>;

export function wireError(body: ErrorBody): WireError {
  const { code, message, nextStep, retriable, fields } = body;
  const wire = { code, message, nextStep, retriable };
  return fields === undefined ? wire : { ...wire, fields: fields.map(({ field, rule }) => ({ field, rule })) };
}
