import { kindText } from '../core/object.ts';
import { blockers, type Problem, type Severity } from '../core/problem.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { versionText } from '../core/version.ts';
import { componentsOf } from '../mesh/control-plane.ts';
import { understand } from '../mesh/mesh.ts';
import type { Check } from '../plan/check.ts';
import { chooseHop } from '../plan/choose-hop.ts';
import type { Hop } from '../plan/hop.ts';
import type { Cluster } from './ports.ts';
import { groupsOf, listOf, meshConfigObject, readWorkloads } from './read-mesh.ts';
import { readState } from './read-state.ts';

export const CHECK_SCHEMA = 'istio-upgrade/check/v1';

export interface CheckRequest {
  readonly istioNamespace: string;
  /** Ids of findings that do not block. */
  readonly ignored: readonly string[];
}

/** What was found in a live mesh, worst first. */
export interface CheckReport {
  readonly schema: typeof CHECK_SCHEMA;
  readonly from: string;
  readonly istioNamespace: string;
  readonly cluster: { readonly address: string; readonly version: string };
  /** What was looked for, by id. */
  readonly checks: readonly string[];
  readonly problems: readonly Problem[];
  readonly ignored: readonly string[];
}

const SEVERITIES: readonly Severity[] = ['blocker', 'warning', 'note'];

/**
 * Looks for what goes wrong in the upgrade that starts at the live mesh. Reads only.
 * @throws UpgradeError when no known upgrade starts or ends there, or the server cannot be reached
 */
export async function checkMesh(request: CheckRequest, cluster: Cluster, hops: readonly Hop[]): Promise<CheckReport> {
  const { istioNamespace, ignored } = request;
  const [version, resources] = await Promise.all([cluster.version(), cluster.discover(groupsOf([], hops))]);
  const workloads = await readWorkloads(cluster, resources, istioNamespace);
  const live = componentsOf(workloads, istioNamespace);
  const { hop, from } = chooseHop(hops, { live, target: undefined, istioNamespace });
  const lists = kindsOf(hop).flatMap((kind) => listOf(kind, {}, resources));
  const state = await readState(cluster, { lists, objects: meshConfigObject(resources, istioNamespace) });
  const snapshot: Snapshot = { objects: new Map([...workloads.objects, ...state.snapshot.objects]) };
  const context = {
    mesh: understand(snapshot, istioNamespace),
    target: { objects: [] },
    postInstall: [],
    phases: [],
    prune: false,
    removeAnnotations: false,
    isTaken: () => false,
    kubernetes: version,
    status: undefined,
  };
  const found = hop.checks.flatMap((check) => check.find(context).map((finding) => asProblem(check, finding)));
  return {
    schema: CHECK_SCHEMA,
    from: versionText(from),
    istioNamespace,
    cluster: { address: cluster.address, version },
    checks: hop.checks.map(({ id }) => id),
    problems: inOrder([...state.problems, ...found].map((problem) => settled(problem, ignored))),
    ignored,
  };
}

/** Whether anything that was found stands in the way. */
export function isBlocked({ problems }: CheckReport): boolean {
  return blockers(problems).length > 0;
}

function kindsOf(hop: Hop) {
  const kinds = [...hop.configKinds, ...hop.checks.flatMap((check) => check.kinds ?? [])];
  return new Map(kinds.map((kind) => [kindText(kind), kind])).values().toArray();
}

function asProblem({ id, severity }: Check, finding: ReturnType<Check['find']>[number]): Problem {
  return { id, severity: finding.severity ?? severity, message: finding.message, ref: finding.ref, hint: finding.hint };
}

/** What is ignored is still told, and blocks nothing. */
function settled(problem: Problem, ignored: readonly string[]): Problem {
  if (problem.severity !== 'blocker' || !ignored.includes(problem.id)) return problem;
  return { ...problem, severity: 'warning', message: `ignored: ${problem.message}` };
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return SEVERITIES.flatMap((severity) => problems.filter((problem) => problem.severity === severity));
}
