import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

export const KREW_VERSION = '0.5.0';

/** Where it is, or would be: `scripts/krew-binary.ts` puts it there. */
export function krewPath(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.KREW || join(cache, 'istio-upgrade', `krew-${KREW_VERSION}`, 'kubectl-krew');
}

/**
 * A test that wants a real krew, which installs on Linux on x86-64 here. Without one it is skipped with the line that says what to run; the
 * tests of the archives hold krew's rules all the same.
 */
export function krewTest(name: string, run: (krew: string, context: TestContext) => void): void {
  const missing = missingKrew();
  if (missing === undefined) test(name, (context) => run(krewPath(), context));
  else test(name, { skip: `NOT RUN, ${missing}` });
}

function missingKrew(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return `krew is tried on linux-x64 only`;
  return existsSync(krewPath()) ? undefined : `no krew ${KREW_VERSION}: npm run krew, which needs Go`;
}
