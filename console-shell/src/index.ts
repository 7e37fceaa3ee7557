/** What every web console has at its edge. Knows nothing of cards, keys or people. See README.md. */
export {
  accessToken,
  type CallOptions,
  call,
  callText,
  download,
  Fault,
  type FaultBody,
  type FieldFault,
  newIdempotencyKey,
  onSignedOut,
  saveAs,
  type Text,
} from './api.ts';
export { Both, both, FaultNotice, Remedy } from './both.tsx';
export { Console, type ConsolePage, type ConsoleProps } from './console.tsx';
export { useEvents } from './follow-events.ts';
export { goTo, useHashPath } from './hash-path.ts';
export { PageButtons, type Pages, usePages } from './pages.tsx';
export { Band, Code, EmptyHint, Figure, type Light, Section, StatusTag, SubmitOnEnter } from './pieces.tsx';
export { SignedIn, type SignedInPerson, SignInFrame, TokenSignIn } from './sign-in.tsx';
export { startConsole } from './start-console.tsx';
export { type Notices, useNotices } from './undo.tsx';
export { type Doing, type Loaded, useDo, useLoad } from './use-call.ts';
export { spanText, When, whenText } from './when.tsx';
