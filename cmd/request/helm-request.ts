import { tmpdir } from 'node:os';
import type { HelmRequest } from '../../src/app/installation.ts';
import type { HelmReleases, Release } from '../../src/app/ports.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { Strategy } from '../../src/core/strategy.ts';
import type { ConnectionArguments } from '../flags/connection-flags.ts';
import type { Shell } from '../shell.ts';
import { helmConnection } from './helm-connection.ts';

export interface HelmArguments extends ConnectionArguments {
  readonly strategy: Strategy;
  readonly helm?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly set?: readonly string[] | undefined;
  readonly setString?: readonly string[] | undefined;
  readonly snapshot?: string | undefined;
}

/** Whose the control plane is and how it is installed, and with a release the Helm that can do it. */
export interface OpenedHelm {
  readonly request: HelmRequest;
  /** Copies of charts are removed. */
  close(): Promise<void>;
}

/**
 * What planning needs to go Helm's way; nothing is copied or run before it does.
 * @throws UpgradeError (exit 2) when Helm's way is asked for and cannot be gone
 */
export async function openHelmWay(
  args: HelmArguments,
  release: Release | undefined,
  shell: Shell,
): Promise<OpenedHelm> {
  const { helmRecords } = await import('../../src/release/helm-records.ts');
  const { strategy } = args;
  const missing = whyNoHelm(args, release);
  if (missing !== undefined && strategy === 'helm')
    throw new UpgradeError(`--strategy helm: ${missing.why}`, { hint: missing.hint, exit: EXIT.usage });
  if (missing !== undefined || release === undefined) {
    const none = missing ?? { why: 'no release is named', hint: WITH_RELEASE };
    return { request: { strategy, records: helmRecords, helm: none }, close: async () => undefined };
  }
  const { helm, close } = await releasesOf(args, release, shell);
  return { request: { strategy, records: helmRecords, helm }, close };
}

const WITH_RELEASE = 'name the release itself: --release istio-1.2.10';

function whyNoHelm(
  args: HelmArguments,
  release: Release | undefined,
): { readonly why: string; readonly hint: string } | undefined {
  if (args.snapshot !== undefined)
    return { why: 'a snapshot has no API server for Helm to talk to', hint: 'plan against the cluster' };
  if (release === undefined)
    return { why: 'the target comes as rendered manifests, not as a chart', hint: WITH_RELEASE };
  const { unknown } = helmConnection(args);
  const [flag] = unknown;
  return flag === undefined
    ? undefined
    : { why: `Helm has no ${flag}`, hint: 'put it into a context of a kubeconfig, and name that with --context' };
}

async function releasesOf(args: HelmArguments, release: Release, { env, atExit }: Shell) {
  const [{ openHelm }, { helmReleases }, { manifestObjects }, { upgradeChart }, { makeScratch }] = await Promise.all([
    import('../../src/programs/helm.ts'),
    import('../../src/programs/helm-releases.ts'),
    import('../../src/release/helm-manifest.ts'),
    import('../../src/release/upgrade-chart.ts'),
    import('../../src/release/scratch.ts'),
  ]);
  const scratch = await makeScratch(tmpdir(), 'istio-upgrade-charts-', atExit);
  const { values = [], set = [], setString = [] } = args;
  const flags = { '--values': values, '--set': set, '--set-string': setString };
  const helm: HelmReleases = helmReleases(await openHelm({ path: args.helm, env }), {
    prepareChart: (phase, heritage) => upgradeChart(release.directory, { phase, copies: scratch.path, heritage }),
    values: Object.entries(flags).flatMap(([flag, all]) => all.flatMap((value) => [flag, value])),
    connection: helmConnection(args).flags,
    objectsOf: manifestObjects,
  });
  return { helm, close: () => scratch.remove() };
}
