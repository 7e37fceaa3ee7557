/** The built SDK, so that a page can load it from the agent that it talks to. */
import { endpoint, shellErrors } from '@rhc/service-shell';
import type { EndpointParts } from '../endpoint-parts.ts';

export const SDK_FILES = ['rhc-reader.js', 'rhc-reader.mjs'] as const;

export function sdkEndpoints({ sdkFile }: EndpointParts) {
  return SDK_FILES.map((name) =>
    endpoint({
      method: 'get',
      path: `/sdk/${name}`,
      access: 'public',
      tag: 'SDK',
      summary: { zh: '网页用的 SDK', en: 'The SDK for pages' },
      answers: 'text/javascript',
      handle({ ctx }) {
        const text = sdkFile(name);
        if (text === null) throw shellErrors.make('ROUTE_UNKNOWN', { detail: 'the SDK is not built' });
        ctx.type = 'text/javascript; charset=utf-8';
        ctx.body = text;
      },
    }),
  );
}
