import type { Access } from '../core/access.ts';
import { durationText } from '../core/duration.ts';
import { ApiError, UpgradeError } from '../core/errors.ts';
import { refText } from '../core/object.ts';
import type { Awaited, Plan, Restart } from '../core/plan.ts';
import { type ApiResource, servedVersions } from '../core/resources.ts';
import { snapshotOf } from '../core/snapshot.ts';
import { parseVersion, sameRelease, versionText } from '../core/version.ts';
import { type Component, componentsOf } from '../mesh/control-plane.ts';
import { leastServing, wantedPods } from '../mesh/serving.ts';
import { withoutProxies } from '../mesh/without-proxies.ts';
import type { RunEvent } from './events.ts';
import { injectorAddresses } from './injector-endpoints.ts';
import { collect } from './read-state.ts';
import { type WaitContext, waitFor } from './wait.ts';

const POLL = 500;
const INJECTOR = 'istio-sidecar-injector';
const DEPLOYMENT = { group: 'apps', kind: 'Deployment' };

/** Looking at the control plane before a workload is restarted. */
export function gateAccess(istioNamespace: string): Access {
  return { ...DEPLOYMENT, verbs: ['get', 'list'], namespace: istioNamespace };
}

/**
 * Lets one workload through when the control plane is of the release and ready, the injector can be called, and the workload is whole and
 * stays served while it is restarted. What is only not ready is waited for.
 * @throws UpgradeError when it must not be restarted, or the time is over
 */
export async function* passGate(restart: Restart, plan: Plan, context: WaitContext): AsyncGenerator<RunEvent> {
  yield* passControlPlane(plan, context, { needsInjector: !restart.isReinjected });
  if (restart.isBegun || context.signal?.aborted) return;
  yield* waitFor([restart], context);
  if (restart.way === 'evict') return;
  const live = await context.cluster.get(restart.resource, restart.ref);
  if (live === undefined || wantedPods(live) <= 1 || leastServing(live) > 0) return;
  throw new UpgradeError(
    `${refText(restart.ref)} is not restarted: its update strategy lets all its pods be down at once`,
    {
      hint: 'let maxUnavailable leave a pod serving, and run the same command again',
    },
  );
}

export async function* passControlPlane(
  plan: Plan,
  context: WaitContext,
  { needsInjector }: { readonly needsInjector: boolean },
): AsyncGenerator<RunEvent> {
  const { cluster, resources } = context;
  const { istioNamespace, to } = plan;
  const [resource] = servedVersions(resources, DEPLOYMENT);
  if (resource === undefined) return;
  const deployments = await collect(cluster.list(resource, { namespace: istioNamespace }));
  const components = withoutProxies(componentsOf(snapshotOf(deployments), istioNamespace));
  for (const component of components) mustBeOf(component, to);
  yield* waitFor(
    components.map(({ ref }) => awaited(resource, ref)),
    context,
  );
  if (needsInjector) yield* waitForInjector(istioNamespace, context);
}

function awaited(resource: ApiResource, ref: Awaited['ref']): Awaited {
  return { ref, resource };
}

function mustBeOf({ ref, version }: Component, release: string): void {
  const wanted = parseVersion(release);
  if (version === undefined || wanted === undefined || sameRelease(version, wanted)) return;
  throw new UpgradeError(`${refText(ref)} is of Istio ${versionText(version)} by now, not of ${release}`, {
    hint: 'no workload is restarted until the control plane is of one release; plan again',
  });
}

async function* waitForInjector(istioNamespace: string, context: WaitContext): AsyncGenerator<RunEvent> {
  const { clock, timeout, startedAt, signal } = context;
  const deadline = clock.now() + timeout;
  const ref = { group: '', kind: 'Endpoints', namespace: istioNamespace, name: INJECTOR };
  const why = 'the injector has no ready endpoint';
  const at = () => clock.now() - startedAt;
  let round = 0;
  for (; !(await hasAddress(istioNamespace, context)); round += 1) {
    if (signal?.aborted) return;
    if (clock.now() >= deadline)
      throw new UpgradeError(`${refText(ref)}: ${why} within ${durationText(timeout)}`, {
        hint: 'new pods would get no sidecar, or be refused: mend the injector and run the same command again',
      });
    if (round === 0) yield { event: 'waiting', waits: [{ ref, why }], at: at() };
    await clock.sleep(POLL, signal);
  }
  if (round > 0) yield { event: 'ready', ref, at: at() };
}

/** Whoever may not read them goes by the injector's own readiness. */
async function hasAddress(istioNamespace: string, { cluster, resources }: WaitContext): Promise<boolean> {
  try {
    return (await injectorAddresses(cluster, resources, istioNamespace)) > 0;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return true;
    throw error;
  }
}
