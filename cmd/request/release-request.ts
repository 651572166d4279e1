import { homedir, platform, tmpdir } from 'node:os';
import type { HelmRequest } from '../../src/app/installation.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Cluster, Release } from '../../src/app/ports.ts';
import { awaitedLater } from '../../src/core/awaited-later.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import { foundBesides, type Opened } from '../open-cluster.ts';
import { downloadProgress } from '../screen/download-progress.ts';
import type { Shell } from '../shell.ts';
import { VERSION } from '../version.ts';
import { agentPool } from './agent-pool.ts';

export interface ReleaseArguments {
  readonly filename?: readonly string[] | undefined;
  readonly release?: string | undefined;
  readonly releaseUrl?: string | undefined;
  readonly helm?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly set?: readonly string[] | undefined;
  readonly setString?: readonly string[] | undefined;
  readonly reuseValues: boolean;
  readonly releaseName?: string | undefined;
  readonly cacheDir?: string | undefined;
  readonly requestTimeout: number;
  readonly quiet: boolean;
  readonly color: ColourChoice;
}

/**
 * Opens the release that `--release` names; downloading and unpacking come before anything is asked of a cluster.
 * @returns undefined without `--release`
 * @throws UpgradeError (exit 2) for flags that contradict each other, or a release that is none
 */
export async function openRelease(args: ReleaseArguments, shell: Shell): Promise<Release | undefined> {
  refuseContradictions(args);
  if (args.release === undefined) return undefined;
  const [{ openRelease: open }, { openHelm }, { RELEASE_URL }, { cacheDirectory }] = await Promise.all([
    import('../../src/release/open-release.ts'),
    import('../../src/programs/helm.ts'),
    import('../../src/release/download-release.ts'),
    import('../../src/release/cache-directory.ts'),
  ]);
  const { env, atExit } = shell;
  const agents = agentPool(env);
  const progress = downloadProgress(shell, args.color);
  try {
    return await open(args.release, {
      helm: await openHelm({ path: args.helm, env }),
      valueFlags: valueFlagsOf(args),
      releaseName: args.releaseName,
      reusesValues: args.reuseValues,
      temporary: tmpdir(),
      atExit,
      baseUrl: args.releaseUrl ?? (env.ISTIO_UPGRADE_RELEASE_URL || RELEASE_URL),
      cache: args.cacheDir ?? cacheDirectory({ env, home: env.HOME ?? homedir(), platform: platform() }),
      platform: platform(),
      http: {
        agentFor: agents.agentFor,
        userAgent: `kubectl-istio_upgrade/${VERSION}`,
        idleTimeout: args.requestTimeout,
      },
      onProgress: args.quiet ? () => undefined : progress.report,
    });
  } finally {
    progress.end();
    agents.close();
  }
}

/** The request with its target rendered for what is live; as it is without a release. */
export async function withRendered<Request extends Pick<PlanRequest, 'target' | 'istioNamespace' | 'found'>>(
  request: Request,
  release: Release | undefined,
  cluster: Cluster,
): Promise<Request> {
  if (release === undefined) return request;
  const { renderRelease } = await import('../../src/app/render-release.ts');
  const { target, problems } = await renderRelease(release, cluster, request.istioNamespace);
  return { ...request, target, found: problems };
}

/** What there is to plan with. */
export interface Around {
  readonly release: Release | undefined;
  readonly opened: Opened;
  readonly helm: HelmRequest;
}

/** The request with all that only an open cluster tells: its target, whose the control plane is, whether a lease can be had. */
export async function wholeRequest(request: PlanRequest, { release, opened, helm }: Around): Promise<PlanRequest> {
  const foundMeanwhile = awaitedLater(foundBesides(opened, request));
  return { ...(await withRendered(request, release, opened.cluster)), helm, foundMeanwhile };
}

function refuseContradictions(args: ReleaseArguments): void {
  const { release, filename = [], values = [] } = args;
  if (release !== undefined && filename.length > 0)
    throw new UpgradeError('--release and -f both name a target', {
      exit: EXIT.usage,
      hint: 'name the release, which is rendered, or manifests that are rendered already',
    });
  if (values.includes('-'))
    throw new UpgradeError('--values - is read by Helm, which has no standard input here', {
      exit: EXIT.usage,
      hint: 'name a file',
    });
  const [flag] = release === undefined ? releaseFlagsIn(args) : [];
  if (flag !== undefined)
    throw new UpgradeError(`${flag} says how a release is rendered, and none is named`, {
      exit: EXIT.usage,
      hint: 'name one with --release',
    });
}

function releaseFlagsIn(args: ReleaseArguments): readonly string[] {
  const given = {
    '--release-url': args.releaseUrl !== undefined,
    '--helm': args.helm !== undefined,
    '--values': args.values !== undefined,
    '--set': args.set !== undefined,
    '--set-string': args.setString !== undefined,
    '--reuse-values': args.reuseValues,
    '--release-name': args.releaseName !== undefined,
  };
  return Object.entries(given).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
}

function valueFlagsOf({ values = [], set = [], setString = [] }: ReleaseArguments): readonly string[] {
  const flags = { '--values': values, '--set': set, '--set-string': setString };
  return Object.entries(flags).flatMap(([flag, all]) => all.flatMap((value) => [flag, value]));
}
