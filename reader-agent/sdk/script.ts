/** The plain script: `<script src="…/sdk/rhc-reader.js">` gives `RhcReader` and `RhcProblem`. */
import { servedFrom } from './find-agent.ts';
import { RhcProblem, RhcReader } from './rhc-reader.ts';

const script = document.currentScript;
if (script instanceof HTMLScriptElement) servedFrom(script.src);
Object.assign(globalThis, { RhcReader, RhcProblem });
