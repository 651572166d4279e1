import { sameJson } from '../../../core/json.ts';
import { type K8sObject, refOf } from '../../../core/object.ts';
import { find, type Snapshot } from '../../../core/snapshot.ts';
import type { Mesh } from '../../../mesh/mesh.ts';
import type { Semantics } from '../../../mesh/semantics.ts';
import { type Traffic, trafficOf } from '../../../mesh/traffic.ts';
import type { RuleContext } from '../../../plan/rule.ts';
import { installedTlsObjects } from '../../every/mesh-wide.ts';
import { istio11, istio12 } from '../semantics.ts';
import { clientSide } from './client-side.ts';
import { asksServer, type Demand, demandsOf, hopeless, type Refusal, type Source } from './demands.ts';
import { type Edit, overlaid, projected, type Start } from './edits.ts';
import { namingIn } from './names.ts';
import { effectsWithin, harmful, isUnmet, type Outcome, outcomesOf, tooEarly } from './outcome.ts';
import { withRequirements } from './requirements.ts';
import { serverNeedsOf } from './server-needs.ts';
import { serverSide } from './server-side.ts';
import { serviceText } from './texts.ts';
import { asWish } from './wishes.ts';

/** A connection that is not as asked for after all. */
export interface Unmet {
  readonly source: Source;
  /** A client namespace. */
  readonly client: string;
  /** `Service/bar/foo` */
  readonly service: string;
  readonly port: number;
  /** `''` for the service as a whole. */
  readonly subset: string;
}

/** The migration of everything that was asked of mutual TLS in ways that Istio no longer reads. */
export interface Migration {
  readonly start: Start;
  readonly demands: readonly Demand[];
  readonly edits: readonly Edit[];
  readonly refusals: readonly Refusal[];
  /** How each demand ends, those that are refused included. */
  readonly outcomes: readonly Outcome[];
  readonly after: Traffic;
}

interface Known {
  readonly istioNamespace: string;
  readonly installed: readonly K8sObject[];
  readonly migration: Migration;
}

// Both rules, and checks that look at what rules do, ask for the migration of one and the same mesh.
const known = new WeakMap<Snapshot, readonly Known[]>();

/**
 * Plans the Policies and DestinationRules for both sources together, because they can be about one object. What comes of them is
 * looked up in the model of Istio 1.2: a service for which more would change than is asked for is left as it is.
 */
export function migrate(context: RuleContext): Migration {
  const { snapshot, istioNamespace } = context.mesh;
  const installed = installedTlsObjects(context);
  const all = known.get(snapshot) ?? [];
  const same = all.find((one) => one.istioNamespace === istioNamespace && isSame(one.installed, installed));
  if (same !== undefined) return same.migration;
  const migration = planned(context.mesh, installed);
  known.set(snapshot, [...all, { istioNamespace, installed, migration }]);
  return migration;
}

function isSame(a: readonly K8sObject[], b: readonly K8sObject[]): boolean {
  return a.length === b.length && a.every((object, index) => object === b[index]);
}

function planned(mesh: Mesh, installed: readonly K8sObject[]): Migration {
  const start = startOf(mesh, installed);
  const demands = demandsOf(start.traffic, start.snapshot);
  let refusals = hopeless(demands);
  for (;;) {
    const refused = new Set(refusals.flatMap((refusal) => refusal.demands));
    const attempt = attemptAt(
      start,
      demands.filter((demand) => !refused.has(demand)),
      mesh.istioNamespace,
    );
    if (attempt.refusals.length === 0) {
      const outcomes = outcomesOf(effectsWithin(start.traffic, attempt.after, demands), demands);
      const edits = withRequirements(start.snapshot, attempt.edits, mesh.istioNamespace);
      return { start, demands, edits, refusals, outcomes, after: attempt.after };
    }
    refusals = [...refusals, ...attempt.refusals];
  }
}

/** The connections that are not as asked for, which some problem is about. */
export function unmetIn({ outcomes }: Migration): readonly Unmet[] {
  return outcomes.filter(isUnmet).flatMap(({ demand, effect: { service, port, subset, clients } }) =>
    clients.map((client) => ({
      source: demand.source,
      client,
      service: serviceText(service),
      port: port.number,
      subset,
    })),
  );
}

interface Attempt {
  readonly edits: readonly Edit[];
  readonly refusals: readonly Refusal[];
  readonly after: Traffic;
}

function startOf({ snapshot: live, istioNamespace }: Mesh, installed: readonly K8sObject[]): Start {
  const isAsInstalled = installed.every((object) => sameJson(find(live, refOf(object))?.spec, object.spec));
  const snapshot = overlaid(live, installed);
  const traffic = trafficOf(snapshot, istioNamespace, istio12);
  return { snapshot, traffic, meanwhile: isAsInstalled ? undefined : live };
}

function attemptAt(
  { snapshot, traffic, meanwhile }: Start,
  demands: readonly Demand[],
  istioNamespace: string,
): Attempt {
  const naming = namingIn(snapshot);
  const after = (edits: readonly Edit[], semantics: Semantics) =>
    trafficOf(projected(snapshot, edits.map(asWish)), istioNamespace, semantics);
  const clients = clientSide(traffic, demands, naming);
  // Pilot 1.1 is what runs until the control plane is upgraded.
  const served = demands.some(asksServer) ? [istio11, istio12].map((one) => after(clients.edits, one)) : [];
  const servers = serverSide(traffic, serverNeedsOf(traffic, served, demands), naming);
  const edits = [...clients.edits, ...servers.edits];
  const end = edits.length === 0 ? traffic : after(edits, istio12);
  const refusals = [...clients.refusals, ...servers.refusals];
  if (refusals.length > 0) return { edits, refusals, after: end };
  const effects = effectsWithin(traffic, end, demands);
  const harm = harmful(effects, demands);
  if (harm.length > 0 || meanwhile === undefined) return { edits, refusals: harm, after: end };
  const passing = [istio11, istio12].flatMap((semantics) => {
    const [was, is] = [meanwhile, projected(meanwhile, edits.map(asWish))].map((one) =>
      trafficOf(one, istioNamespace, semantics),
    );
    return was === undefined || is === undefined ? [] : effectsWithin(was, is, demands);
  });
  return { edits, refusals: tooEarly(passing, effects, demands), after: end };
}
