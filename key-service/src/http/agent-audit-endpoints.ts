/** Desks send the lines of their local audit; the audit administrator reads them. */
import { type Endpoint, endpoint, shellErrors } from '@rhc/service-shell';
import { agentAuditChains, agentAuditLinesRequest, agentAuditRequest, agentAuditResponse } from '../contract/index.ts';
import { type AgentAuditParts, takeAgentAudit } from '../domain/agent-audit.ts';
import { roles } from './access.ts';

const tag = '审计 Audit';
const TERMINAL = 'terminal:';

export function agentAuditEndpoints(parts: AgentAuditParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/agent-audit',
      access: roles('terminal', 'service'),
      tag,
      summary: {
        zh: '读卡程序上传本机审计(按序、逐条核对哈希链)',
        en: "A desk's local audit, in order, chain checked",
      },
      body: agentAuditRequest,
      response: agentAuditResponse,
      handle({ body, principal }) {
        const { id = '' } = principal ?? {};
        // A desk speaks for itself; only another service, which vouches for its own desks, may name one.
        if (id.startsWith(TERMINAL) && id !== `${TERMINAL}${body.agent}`) {
          throw shellErrors.make('FORBIDDEN', { detail: `${id} is not ${body.agent}` });
        }
        return takeAgentAudit(parts, body);
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/agent-audit',
      access: roles('audit-admin'),
      tag,
      summary: {
        zh: '各读卡程序的审计链:条数、链头、最近上传',
        en: 'Audit chains of desks: length, head, last upload',
      },
      response: agentAuditChains,
      handle: async () => ({ chains: await parts.store.chains() }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/agent-audit/lines',
      access: roles('audit-admin'),
      tag,
      summary: { zh: '一条链的原文(JSON 行)', en: 'Lines of one chain as they came (JSON lines)' },
      query: agentAuditLinesRequest,
      answers: 'application/x-ndjson',
      async handle({ ctx, query: { agent, chain, from, limit } }) {
        ctx.type = 'application/x-ndjson';
        return (await parts.store.lines(agent, chain, from, limit)).map((line) => `${line}\n`).join('');
      },
    }),
  ];
}
