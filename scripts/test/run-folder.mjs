/** Jest's global setup: one folder for a whole run of suites, in which one suite leaves what the others copy. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function makeRunFolder() {
  // Workers are forked after this and inherit it.
  process.env.RHC_TEST_RUN = mkdtempSync(join(tmpdir(), 'rhc-test-run-'));
}
