import { type Json, listAt, objectAt, stringAt } from '../../../src/core/json.ts';
import { type K8sObject, labelsOf, refOf, refText } from '../../../src/core/object.ts';
import { find, type Snapshot } from '../../../src/core/snapshot.ts';
import { istio12 } from '../../../src/hops/1.1-to-1.2/semantics.ts';
import { targetsPort } from '../../../src/mesh/policies.ts';
import { trafficOf } from '../../../src/mesh/traffic.ts';
import { COMPONENTS } from '../../../src/mesh/traffic-policy.ts';
import { ISTIO } from '../context.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const HOST = /^(\*|(\*\.)?[-a-z0-9]+(\.[-a-z0-9]+)*)$/;

/** What is wrong with what was written on the way from one state of a mesh to another, and with its neighbours. */
export function faultsOf(start: Snapshot, now: Snapshot, { isLast }: { readonly isLast: boolean }): readonly string[] {
  const changed = [...now.objects.values()].filter((object) => !isIn(start, object));
  return [
    ...changed.flatMap((object) => whoseFaults(start, object)),
    ...changed.flatMap((object) => faultsIn(object).map((fault) => `${object.kind} ${object.metadata.name}: ${fault}`)),
    ...doubledRules(start, now),
    ...(isLast ? doubledPolicies(start, now) : []),
  ];
}

function isIn({ objects }: Snapshot, object: K8sObject): boolean {
  return [...objects.values()].includes(object);
}

/** What is on its way out, and what the release brings, is not written to. */
function whoseFaults(start: Snapshot, object: K8sObject): readonly string[] {
  const was = find(start, refOf(object));
  const isUntouchable = was?.metadata.deletionTimestamp !== undefined || (was && labelsOf(was).heritage !== undefined);
  return isUntouchable ? [`${refText(refOf(object))} is not to be written to`] : [];
}

/** As Kubernetes and Galley would refuse it (pilot/pkg/model/validation.go:533-549,809-942,1415-1466,1589-1604@1.1.17). */
function faultsIn(object: K8sObject): readonly string[] {
  const { name } = object.metadata;
  const faults = SUBDOMAIN.test(name) && name.length <= 253 ? [] : [`name ${name}`];
  if (object.kind === 'Policy') return [...faults, ...policyFaults(name, objectAt(object.spec))];
  if (object.kind === 'DestinationRule') return [...faults, ...ruleFaults(objectAt(object.spec))];
  return object.kind === 'Service' ? faults : [...faults, `a ${object.kind} is nobody's to write`];
}

function policyFaults(
  name: string,
  { targets, peers }: { readonly [key: string]: Json | undefined },
): readonly string[] {
  const all = listAt(targets).map(objectAt);
  const selectors = all.flatMap(({ ports }) => listAt(ports).map(objectAt));
  return [
    ...((name === 'default') === (all.length === 0) ? [] : ['targets do not go with its name']),
    ...all.flatMap((target) => (LABEL.test(stringAt(target.name) ?? '') ? [] : [`target ${String(target.name)}`])),
    ...all.flatMap(({ ports }) => (ports !== undefined && listAt(ports).length === 0 ? ['a target of no ports'] : [])),
    ...selectors.flatMap((one) => (one.number === undefined && one.name === undefined ? ['an empty selector'] : [])),
    ...listAt(peers).flatMap((peer) => (Object.keys(objectAt(peer)).length === 1 ? [] : ['an empty peer'])),
  ];
}

function ruleFaults({ host, trafficPolicy, subsets }: { readonly [key: string]: Json | undefined }): readonly string[] {
  const all = listAt(subsets).map(objectAt);
  const names = all.map(({ name }) => stringAt(name) ?? '');
  return [
    ...(HOST.test(stringAt(host) ?? '') ? [] : [`host ${String(host)}`]),
    ...trafficPolicyFaults(trafficPolicy),
    ...all.flatMap((subset) => trafficPolicyFaults(subset.trafficPolicy)),
    ...names.flatMap((name) => (LABEL.test(name) ? [] : [`subset ${name}`])),
    ...(new Set(names).size === names.length ? [] : ['a subset twice']),
  ];
}

function trafficPolicyFaults(trafficPolicy: Json | undefined): readonly string[] {
  if (trafficPolicy === undefined) return [];
  const policy = objectAt(trafficPolicy);
  const entries = policy.portLevelSettings;
  return [
    ...([...COMPONENTS, 'portLevelSettings'].some((key) => policy[key] !== undefined)
      ? []
      : ['an empty trafficPolicy']),
    ...(entries !== undefined && listAt(entries).length === 0 ? ['an empty portLevelSettings'] : []),
    ...listAt(entries).flatMap((entry) =>
      isWhole(entry) ? [] : ['an entry of portLevelSettings without port or component'],
    ),
  ];
}

function isWhole(entry: Json): boolean {
  const { port, ...rest } = objectAt(entry);
  return port !== undefined && COMPONENTS.some((component) => rest[component] !== undefined);
}

/** A namespace that has rules of a host gets no other one; one that has none gets one at most. */
function doubledRules(start: Snapshot, now: Snapshot): readonly string[] {
  const [before, after] = [start, now].map(ruleCounts);
  return [...(after ?? [])].flatMap(([key, count]) => {
    return count > Math.max(1, before?.get(key) ?? 0) ? [`${count} rules of ${key}`] : [];
  });
}

function ruleCounts(snapshot: Snapshot): ReadonlyMap<string, number> {
  const { rules } = trafficOf(snapshot, ISTIO, istio12);
  const groups = Map.groupBy(rules, ({ namespace, host }) => `${namespace}/${host}`);
  return new Map([...groups].map(([key, some]) => [key, some.length]));
}

/** Two Policies for one port are a matter of luck to Pilot: never where there were none before. */
function doubledPolicies(start: Snapshot, now: Snapshot): readonly string[] {
  const before = new Set(sharedPorts(start));
  return sharedPorts(now).filter((port) => !before.has(port));
}

function sharedPorts(snapshot: Snapshot): readonly string[] {
  const { services, servers } = trafficOf(snapshot, ISTIO, istio12);
  return [...services.values()].flatMap(({ object, namespace, hostname, ports }) => {
    const local = servers.policies.byNamespace.get(namespace) ?? [];
    const isShared = (port: (typeof ports)[number]) =>
      local.filter(({ targets }) => targets.some((one) => one.hostname === hostname && targetsPort(one, port))).length >
      1;
    return ports.filter(isShared).map(({ number }) => `${object.metadata.namespace}/${object.metadata.name}:${number}`);
  });
}
