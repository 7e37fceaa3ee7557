/** Checks at the edge: what comes in is parsed into a type once, and every fault is named by field and rule. */
import type { FieldFault, Text } from '@rhc/card/errors';
import type { z } from 'zod';
import { shellErrors } from './errors.ts';

/**
 * Parses `value` by `schema`.
 * @throws INPUT_INVALID with one entry a faulty field (path like `residents[3].idNumber`); values are never repeated.
 */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw shellErrors.make('INPUT_INVALID', { fields: fieldFaults(result.error) });
}

export function fieldFaults(error: z.ZodError): FieldFault[] {
  return error.issues.flatMap((issue) => {
    const path = pathText(issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: path === '(body)' ? key : `${path}.${key}`,
        rule: { zh: '没有这个字段', en: 'there is no such field' },
      }));
    }
    return [{ field: path, rule: ruleText(issue) }];
  });
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(body)';
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function ruleText(issue: z.core.$ZodIssue): Text {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { zh: '必须填写', en: 'is required' }
        : { zh: `类型须为 ${issue.expected}`, en: `must be of type ${issue.expected}` };
    case 'too_big':
      return { zh: `不得大于或长于 ${issue.maximum}`, en: `must be at most ${issue.maximum}` };
    case 'too_small':
      return { zh: `不得小于或短于 ${issue.minimum}`, en: `must be at least ${issue.minimum}` };
    case 'invalid_value':
      return { zh: `须为其中之一:${issue.values.join('、')}`, en: `must be one of ${issue.values.join(', ')}` };
    default:
      return { zh: `格式不符:${issue.message}`, en: issue.message };
  }
}
