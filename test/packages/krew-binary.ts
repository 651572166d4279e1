import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

export const KREW_VERSION = '0.5.0';

/** Where it is, or would be: `scripts/krew-binary.ts` puts it there. */
export function krewPath(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.KREW || join(cache, 'istio-upgrade', `krew-${KREW_VERSION}`, 'kubectl-krew');
}

/**
 * A test that wants a real krew. Without one it is skipped with the line that says what to run, and the same rules are still held by the
 * checks of the archives.
 */
export function krewTest(name: string, run: (krew: string) => void): void {
  const krew = krewPath();
  if (existsSync(krew)) test(name, () => run(krew));
  else test(name, { skip: `NOT RUN, no krew ${KREW_VERSION}: npm run krew, which needs Go` });
}
