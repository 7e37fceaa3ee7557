/** What every web console has at its edge. Knows nothing of cards, keys or people. */
export {
  accessToken,
  type CallOptions,
  call,
  download,
  Fault,
  type FaultBody,
  newIdempotencyKey,
  saveAs,
  type Text,
} from './api.ts';
export { Both, both, FaultNotice } from './both.tsx';
export {
  Console,
  type ConsolePage,
  type ConsoleProps,
  goTo,
  StatusTag,
  startConsole,
  useHashPath,
} from './console.tsx';
export { type Doing, type Loaded, useDo, useLoad } from './use-call.ts';
