import { FIELD_MANAGER } from '../../../core/field-manager.ts';
import { valueAt } from '../../../core/json.ts';
import { ownedBy } from '../../../fields/managed-fields.ts';
import { conflictOf, isProxied, isSeenFrom, serverAnswer } from '../../../mesh/mtls.ts';
import { isWithin, selectedLabels } from '../../../mesh/pod-labels.ts';
import { type AuthnPolicy, type PolicyMode, type PolicyTarget, targetsPort } from '../../../mesh/policies.ts';
import type { Service, ServicePort } from '../../../mesh/services.ts';
import { clientRule, subsetsOf, type Traffic } from '../../../mesh/traffic.ts';
import { settingsOf } from '../../../mesh/traffic-policy.ts';
import { asksServer, type Demand } from './demands.ts';

/** One port whose server is to take something else than it does. */
export interface ServerNeed {
  readonly demand: Demand;
  /** What it is to take in the end. */
  readonly mode: PolicyMode;
  /** The Policies that target the port, by name. */
  readonly targeting: readonly AuthnPolicy[];
  /** Those that target pods by labels, and this port of these pods among them. */
  readonly labelled: readonly AuthnPolicy[];
}

/** A port of a service that a Policy targets. */
export interface Covered {
  readonly service: Service;
  readonly port: ServicePort;
}

/**
 * The ports where a Policy has to change.
 * @param served the mesh with the clients' side carried out, under each version that it passes: a server is never made to refuse clients
 *   that will not follow
 */
export function serverNeedsOf(
  traffic: Traffic,
  served: readonly Traffic[],
  demands: readonly Demand[],
): readonly ServerNeed[] {
  const wanted = demands.filter(asksServer).map((demand) => ({
    demand,
    mode: served.every((one) => isFollowed(one, demand)) ? finalMode(demand) : 'PERMISSIVE',
    targeting: targetingPolicies(traffic, demand),
    labelled: labelledPolicies(traffic, demand),
  }));
  return wanted.map((need) => inStep(traffic, need, wanted)).filter((need) => isToChange(traffic, need));
}

/** Every port that a policy targets; undefined where that cannot be told for all of its targets. */
export function coverage(traffic: Traffic, { targets }: AuthnPolicy): readonly Covered[] | undefined {
  const covered = targets.map((target) => {
    const service = traffic.services.get(target.hostname);
    if (service === undefined || hasLabels(target)) return undefined;
    return service.ports
      .filter((port) => isProxied(port) && targetsPort(target, port))
      .map((port) => ({ service, port }));
  });
  return covered.every((ports) => ports !== undefined) ? covered.flat() : undefined;
}

export function isAt({ demand }: Pick<ServerNeed, 'demand'>, { service, port }: Covered): boolean {
  return demand.service.hostname === service.hostname && demand.port.number === port.number;
}

/** A Policy that a run of ours left half way: PERMISSIVE, which we set. */
export function isTransition({ mode, object }: AuthnPolicy): boolean {
  return mode === 'PERMISSIVE' && isOurs(object, 'f:peers');
}

/** A Policy that we made, of which nobody else decided anything since. */
export function isOwn({ object }: AuthnPolicy): boolean {
  return isOurs(object, 'f:peers') && isOurs(object, 'f:targets');
}

/** Whether a field of a Policy's spec is ours since an earlier run, in FieldsV1 notation. */
export function isOurs(object: AuthnPolicy['object'], field: string): boolean {
  return valueAt(ownedBy(object, FIELD_MANAGER, 'Apply'), 'f:spec', field) !== undefined;
}

function finalMode({ asks }: Demand): PolicyMode {
  return asks === 'NONE' ? 'DISABLE' : 'STRICT';
}

/** Whether all clients get along with the server's final mode; else they would be cut off. */
function isFollowed(served: Traffic, demand: Demand): boolean {
  const { service, port } = demand;
  const clients = served.namespaces.filter((client) => isSeenFrom(client, service));
  const rules = new Set(clients.map((client) => clientRule(served, service, client)));
  return [...rules].every((rule) =>
    subsetsOf(rule).every(
      (subset) => conflictOf(finalMode(demand), settingsOf(rule, service, { port, subset }).tls) === undefined,
    ),
  );
}

/** All ports of a policy that is asked for the same everywhere stay together: where one has to be PERMISSIVE, all are. */
function inStep(traffic: Traffic, need: ServerNeed, all: readonly ServerNeed[]): ServerNeed {
  const [policy, ...others] = need.targeting;
  const covered = policy && others.length === 0 ? coverage(traffic, policy) : undefined;
  const companions = covered?.map((port) =>
    all.find((one) => isAt(one, port) && one.demand.asks === need.demand.asks && one.targeting.length === 1),
  );
  const isTogether = companions?.every((one) => one !== undefined) ?? false;
  const isHeldBack = companions?.some((one) => one?.mode === 'PERMISSIVE') ?? false;
  return isTogether && isHeldBack ? { ...need, mode: 'PERMISSIVE' } : need;
}

/** Also where labels make the two versions see different policies: what is right for one is wrong for the other. */
function isToChange(traffic: Traffic, { demand, mode, targeting, labelled }: ServerNeed): boolean {
  if (labelled.length > 0) return true;
  if (targeting.length > 1 && targeting.some(isOwn)) return true;
  const today = serverAnswer(traffic, demand.service, demand.port).mode;
  if (today === mode) return false;
  if (demand.asks === 'MUTUAL_TLS') return today !== 'STRICT';
  if (today === 'PERMISSIVE') return targeting.length === 1 && targeting.every(isTransition);
  return today !== 'DISABLE';
}

/** The Policies that target a port by its service's name, by name themselves. */
export function targetingPolicies({ servers }: Traffic, { service, port }: Demand): readonly AuthnPolicy[] {
  const local = servers.policies.byNamespace.get(service.namespace) ?? [];
  return local.filter(({ targets }) =>
    targets.some((target) => !hasLabels(target) && target.hostname === service.hostname && targetsPort(target, port)),
  );
}

/** By labels of the service's pods, which count from 1.2 on, or by its name, which counts before. */
function labelledPolicies({ servers }: Traffic, { service, port }: Demand): readonly AuthnPolicy[] {
  const pods = selectedLabels(servers.pods, service.namespace, service.selector ?? {});
  const local = servers.policies.byNamespace.get(service.namespace) ?? [];
  const isMeant = (target: PolicyTarget) =>
    target.hostname === service.hostname || pods.some((labels) => isWithin(target.labels, labels));
  return local.filter(({ targets }) =>
    targets.some((target) => hasLabels(target) && targetsPort(target, port) && isMeant(target)),
  );
}

function hasLabels({ labels }: PolicyTarget): boolean {
  return Object.keys(labels).length > 0;
}
