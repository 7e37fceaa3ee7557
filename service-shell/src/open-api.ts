/** The OpenAPI 3.1 document of an endpoint table (https://spec.openapis.org/oas/v3.1.1). */
import type { Text } from '@rhc/card/errors';
import { z } from 'zod';
import type { Endpoint } from './endpoints.ts';

export interface ApiTitle {
  readonly title: string;
  readonly version: string;
  readonly description: Text;
}

const both = ({ zh, en }: Text): string => `${zh} · ${en}`;

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function parameters(row: Endpoint): unknown[] {
  const inPath = [...row.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  if (row.query === undefined) return inPath;
  const query = jsonSchema(row.query, 'input') as { properties?: Record<string, unknown>; required?: string[] };
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: (query.required ?? []).includes(name),
    schema,
  }));
  return [...inPath, ...inQuery];
}

function operation(row: Endpoint): unknown {
  const content =
    row.response !== undefined
      ? { 'application/json': { schema: jsonSchema(row.response, 'output') } }
      : { [row.answers ?? 'application/json']: {} };
  return {
    tags: [row.tag],
    summary: both(row.summary),
    'x-access': row.access,
    ...(row.access === 'public' ? { security: [] } : {}),
    parameters: parameters(row),
    ...(row.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(row.body, 'input') } } },
        }),
    responses: {
      [String(row.status ?? 200)]: { description: both(row.summary), content },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

/** Rows in the order of the table; the same table gives the same bytes. */
export function openApiDocument({ title, version, description }: ApiTitle, table: readonly Endpoint[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const row of table) {
    const path = row.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [row.method]: operation(row) };
  }
  const text = z.object({ zh: z.string(), en: z.string() });
  const error = z.object({
    error: z.object({
      code: z.string(),
      message: text,
      nextStep: text,
      retriable: z.boolean(),
      fields: z.array(z.object({ field: z.string(), rule: text })).optional(),
    }),
    requestId: z.string(),
  });
  return {
    openapi: '3.1.1',
    info: { title, version, description: both(description) },
    security: [{ bearer: [] }, { clientCertificate: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, clientCertificate: { type: 'mutualTLS' } },
      responses: {
        Error: {
          description: '错误:代码、中英文句子与下一步 · code, sentence and next step in Chinese and English',
          content: { 'application/json': { schema: jsonSchema(error, 'output') } },
        },
      },
    },
  };
}
