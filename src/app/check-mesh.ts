import { awaitedLater } from '../core/awaited-later.ts';
import { DEFAULT_PHASES } from '../core/phase.ts';
import { blockers, type Problem, worstFirst } from '../core/problem.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Target } from '../core/target.ts';
import { versionText } from '../core/version.ts';
import { componentsOf } from '../mesh/control-plane.ts';
import { understand } from '../mesh/mesh.ts';
import { chooseHop } from '../plan/choose-hop.ts';
import type { Hop } from '../plan/hop.ts';
import { INVENTORY_GROUPS } from './inventory.ts';
import { makePlan } from './make-plan.ts';
import { withPilotVersion } from './pilot-version.ts';
import type { PlanRequest } from './plan-request.ts';
import type { Cluster } from './ports.ts';
import { checkLists, withoutIgnored, withoutRepeated } from './preflight.ts';
import { groupsOf, listOf, meshConfigObject, readWorkloads, webhookLists } from './read-mesh.ts';
import { readState } from './read-state.ts';
import { runChecks } from './run-checks.ts';
import { askServer } from './server.ts';
import { readStatus } from './status.ts';

export const CHECK_SCHEMA = 'istio-upgrade/check/v1';

export interface CheckRequest {
  readonly istioNamespace: string;
  /** What is to be installed: then all that planning it finds is told too. */
  readonly target: Target | undefined;
  /** What was found while the target was rendered. */
  readonly found?: PlanRequest['found'];
  readonly helm?: PlanRequest['helm'];
  /** Ids of findings that do not block. */
  readonly ignored: readonly string[];
}

/** What was found in a live mesh, worst first. */
export interface CheckReport {
  readonly schema: typeof CHECK_SCHEMA;
  readonly from: string;
  /** undefined without a target. */
  readonly to: string | undefined;
  readonly istioNamespace: string;
  readonly cluster: { readonly address: string; readonly version: string };
  /** What was looked for, by id. */
  readonly checks: readonly string[];
  readonly problems: readonly Problem[];
  readonly ignored: readonly string[];
}

/**
 * Looks for what goes wrong in the upgrade that starts at the live mesh. Reads only.
 * @throws UpgradeError when no known upgrade starts or ends there, or the server cannot be reached
 */
export async function checkMesh(request: CheckRequest, cluster: Cluster, hops: readonly Hop[]): Promise<CheckReport> {
  return request.target === undefined ? checkLive(request, cluster, hops) : checkPlan(request, cluster, hops);
}

/** What planning finds, checks included. */
async function checkPlan(request: CheckRequest, cluster: Cluster, hops: readonly Hop[]): Promise<CheckReport> {
  const plan = await makePlan(
    {
      ...request,
      phases: DEFAULT_PHASES,
      prune: false,
      removeAnnotations: false,
      willWrite: false,
      isTaken: () => false,
    },
    cluster,
    hops,
  );
  const { from, to, istioNamespace, checks, ignored, problems } = plan;
  return {
    schema: CHECK_SCHEMA,
    from,
    to,
    istioNamespace,
    cluster: plan.cluster,
    checks,
    problems: worstFirst(problems),
    ignored,
  };
}

/** Without a target nothing is planned: users' configuration, the control plane and the cluster are looked at as they are. */
async function checkLive(request: CheckRequest, cluster: Cluster, hops: readonly Hop[]): Promise<CheckReport> {
  const { istioNamespace, ignored } = request;
  const server = await askServer(cluster, [...groupsOf([], hops), ...INVENTORY_GROUPS]);
  const { version: kubernetes, resources } = server;
  const everywhere = { istioNamespace, namespace: undefined, labelSelector: undefined };
  // The pods of a big mesh take longer than everything else: they are read from now on, and needed late.
  const status = awaitedLater(readStatus(everywhere, cluster, server));
  const workloads = await readWorkloads(cluster, resources, istioNamespace);
  const { hop, from } = chooseHop(hops, {
    live: await withPilotVersion(componentsOf(workloads, istioNamespace), cluster, istioNamespace),
    target: undefined,
    istioNamespace,
  });
  const state = await readState(cluster, {
    lists: [
      ...webhookLists(resources),
      ...hop.configKinds.flatMap((kind) => listOf(kind, {}, resources)),
      ...checkLists(hop.checks, { resources, istioNamespace }),
    ],
    objects: meshConfigObject(resources, istioNamespace),
  });
  const snapshot: Snapshot = { objects: new Map([...workloads.objects, ...state.snapshot.objects]) };
  const checked = await runChecks(hop.checks, {
    cluster,
    resources,
    mesh: understand(snapshot, istioNamespace),
    selections: [],
    unread: state.unread,
    status,
    context: {
      target: { objects: [] },
      postInstall: [],
      phases: [],
      prune: false,
      removeAnnotations: false,
      isTaken: () => false,
      from,
      to: undefined,
      kubernetes,
    },
  });
  const problems = [...state.problems, ...checked.problems, ...checked.found];
  return {
    schema: CHECK_SCHEMA,
    from: versionText(from),
    to: undefined,
    istioNamespace,
    cluster: { address: cluster.address, version: kubernetes },
    checks: hop.checks.map(({ id }) => id),
    problems: worstFirst(withoutIgnored(withoutRepeated(problems), ignored)),
    ignored,
  };
}

/** Whether anything that was found stands in the way. */
export function isBlocked({ problems }: CheckReport): boolean {
  return blockers(problems).length > 0;
}
