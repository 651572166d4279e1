import { join } from 'node:path';
import { cacheDirectory } from '../src/release/cache-directory.ts';

/**
 * Where compiled code is kept: with the user's other caches. Whoever may write there decides what the next run does, so it is not Node.js's default, a
 * directory of a known name among everybody's temporary files.
 * @returns undefined where there is no home
 */
export function compileCache(env: Readonly<Record<string, string | undefined>>, platform: string): string | undefined {
  const home = env.HOME || env.USERPROFILE;
  return home && join(cacheDirectory({ env, home, platform }), 'istio-upgrade', 'compiled');
}
