/** The national functions of 2012 by name; each needs the scope of what it reads or writes. */
import { endpoint, mayCall, readRawBody } from '@rhc/service-shell';
import { legacyAnswer, legacyParameters } from '../../contract/index.ts';
import type { Scope } from '../../contract/pairing.ts';
import { agentErrors } from '../../errors.ts';
import { legacyXml, parseLegacyXml } from '../../legacy/index.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const MAX_XML_BYTES = 32 * 1024;
const tag = '国家接口 national interface';
const OF_IDENTITY = /^(iDOpenPort|iDClosePort|iR_DDF1EF0[5-7]Info)$/;

export function legacyEndpoints({ legacy }: EndpointParts) {
  return [
    endpoint({
      method: 'get',
      path: '/v1/legacy',
      access: ['identity.read'],
      tag,
      summary: { zh: '可用的函数名', en: 'Names of the functions' },
      handle: () => ({ functions: legacy.names() }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/legacy/:name',
      access: ['identity.read'],
      tag,
      summary: { zh: '按名调用国家接口函数', en: 'Call a function of the national interface by name' },
      body: legacyParameters,
      response: legacyAnswer,
      handle({ params: { name = '' }, body, principal }) {
        if (!mayCall([scopeOfFunction(name)], principal)) throw agentErrors.make('SCOPE_MISSING');
        return legacy.call(name, body);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/legacy-xml',
      access: ['identity.read'],
      tag,
      summary: {
        zh: '国家接口函数的 XML 形式(application/xml,GB 18030):根元素为函数名',
        en: 'The same functions as XML (application/xml, GB 18030): the root is the function',
      },
      rawBody: true,
      answers: 'application/xml',
      async handle({ ctx, principal }) {
        const { name, parameters } = parseLegacyXml(await readRawBody(ctx.req, MAX_XML_BYTES));
        if (!mayCall([scopeOfFunction(name)], principal)) throw agentErrors.make('SCOPE_MISSING');
        const answer = await legacy.call(name, parameters);
        ctx.set('Content-Type', 'application/xml; charset=GB18030');
        ctx.body = Buffer.from(legacyXml(name, answer));
      },
    }),
  ];
}

export function scopeOfFunction(name: string): Scope {
  if (OF_IDENTITY.test(name)) return 'identity.read';
  return name.startsWith('iW_') ? 'summary.write' : 'summary.read';
}
