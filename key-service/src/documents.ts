/** The written form of the interface: the same bytes from the same tables (`docs/api`, `npm run api`). */
import { accessMarkdown, openApiDocument, unusedParts } from '@rhc/service-shell';
import { ROLES } from './domain/roles.ts';
import { type EndpointParts, keyServiceEndpoints } from './http/endpoints.ts';

const TITLE = {
  title: 'key-service',
  version: '0.1.0',
  description: { zh: '密钥管理系统的接口', en: 'Interface of the key management system' },
};

/** Path below the repository's root → content. */
export function apiDocuments(): Readonly<Record<string, string>> {
  const table = keyServiceEndpoints(unusedParts<EndpointParts>());
  const access = [
    '# 谁可以做什么 · Who may do what (key-service)',
    '',
    '由接口表生成(`npm run api`),测试逐行逐角色核对 · made from the endpoint table; a test walks every row with every role.',
    '● 可以 may · ○ 公开 open to all · 空 refused. 未列出的一律拒绝 · whatever is not listed is refused.',
    '',
    accessMarkdown(table, ROLES),
  ];
  return {
    'docs/api/key-service.json': `${JSON.stringify(openApiDocument(TITLE, table), null, 2)}\n`,
    'docs/api/key-service-access.md': access.join('\n'),
  };
}
