/** Jest's global teardown, in the process that ran the setup. */
import { rmSync } from 'node:fs';

export default function removeRunFolder() {
  const folder = process.env.RHC_TEST_RUN;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
