import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';

const VERSION = '1.20.2';
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;
export type Program = (typeof PROGRAMS)[number];

const ROOT = path.resolve(import.meta.dirname, '../../..');

/**
 * The directory with etcd, kube-apiserver, kube-controller-manager and kubectl.
 * @returns undefined when neither $KUBEBUILDER_ASSETS nor the cache of `scripts/kube-binaries.sh` has all of them
 */
export function kubeBinaries(): string | undefined {
  const { KUBEBUILDER_ASSETS, XDG_CACHE_HOME = path.join(homedir(), '.cache') } = process.env;
  const directory = KUBEBUILDER_ASSETS || path.join(XDG_CACHE_HOME, `istio-upgrade/kube-${VERSION}`);
  return PROGRAMS.every((program) => existsSync(path.join(directory, program))) ? directory : undefined;
}

/** The directory with Istio's rendered releases: $ISTIO_DATA, or `../shared/data` beside the repository; undefined without one. */
export function istioData(): string | undefined {
  const directory = process.env.ISTIO_DATA || path.resolve(ROOT, '../shared/data');
  return existsSync(path.join(directory, 'istio-1.1.17/control-plane.yaml')) ? directory : undefined;
}

/** @throws Error when the programs are not there */
export function programPath(program: Program): string {
  const directory = kubeBinaries();
  if (directory === undefined) throw new Error(`${program} not found: run scripts/kube-binaries.sh`);
  return path.join(directory, program);
}

/**
 * A `describe` for tests that need a real API server. Without its programs they are skipped with the line that says what to run;
 * with ISTIO_UPGRADE_REQUIRE_CLUSTER=1 they fail instead.
 */
export function clusterTests(name: string, define: () => void): void {
  gated(name, missingBinaries(), define);
}

/** As `clusterTests`, for tests that also need Istio's rendered releases. */
export function istioTests(name: string, define: () => void): void {
  gated(name, missingBinaries() ?? missingData(), define);
}

function missingBinaries(): string | undefined {
  return kubeBinaries() === undefined ? 'NOT RUN, no API server: run scripts/kube-binaries.sh' : undefined;
}

function missingData(): string | undefined {
  return istioData() === undefined ? 'NOT RUN, no Istio releases: set ISTIO_DATA' : undefined;
}

function gated(name: string, missing: string | undefined, define: () => void): void {
  if (missing === undefined) {
    describe(name, define);
    return;
  }
  if (process.env.ISTIO_UPGRADE_REQUIRE_CLUSTER !== '1') {
    test(name, { skip: missing });
    return;
  }
  test(name, () => {
    throw new Error(missing);
  });
}
