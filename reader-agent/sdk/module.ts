/** The module: `import { RhcReader } from '…/sdk/rhc-reader.mjs'`, or from a copy inside the page's own bundle. */
import { servedFrom } from './find-agent.ts';

// From a copy it names the hospital's server, which is no address of an agent.
servedFrom(import.meta.url);

export * from './rhc-reader.ts';
