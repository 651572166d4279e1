import { isObject, type Json, listAt, objectAt, stringAt, withoutKey } from '../../../core/json.ts';
import { apiVersionOf, type K8sObject } from '../../../core/object.ts';
import { resolveHost } from '../../../mesh/hosts.ts';
import { isProxied } from '../../../mesh/mtls.ts';
import type { AuthnPolicy, PolicyMode } from '../../../mesh/policies.ts';
import { field, unsigned } from '../../../mesh/proto-json.ts';
import type { Service, ServicePort } from '../../../mesh/services.ts';
import type { Covered } from './server-needs.ts';

const API_VERSION = apiVersionOf({ group: 'authentication.istio.io', version: 'v1alpha1' });
const CARRIED = ['peerIsOptional', 'origins', 'originIsOptional', 'principalBinding'];

/** A Policy for one port of a service, or all of them, that asks of requests what another one asks today: nothing is inherited. */
export function newPolicy(
  name: string,
  {
    service,
    ports,
    mode,
    base,
  }: {
    readonly service: Service;
    readonly ports: readonly ServicePort[];
    readonly mode: PolicyMode;
    readonly base: AuthnPolicy | undefined;
  },
): K8sObject {
  const spec = base?.object.spec;
  const carried = CARRIED.flatMap((key) => {
    const value = field(spec, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const selectors = ports.length === 0 ? {} : { ports: ports.map(({ number }) => ({ number })) };
  return {
    apiVersion: API_VERSION,
    kind: 'Policy',
    metadata: { name, namespace: service.namespace },
    spec: {
      targets: [{ name: service.name, ...selectors }],
      peers: peersFor(mode, spec),
      ...Object.fromEntries(carried),
    },
  };
}

/** The object, but with peers of another mode. */
export function withPeers(object: K8sObject, mode: PolicyMode, base: Json | undefined = object.spec): K8sObject {
  return { ...object, spec: { ...objectAt(object.spec), peers: peersFor(mode, base) } };
}

/** Only the peers of a Policy, for a mode. */
export function peersOnly({ object }: AuthnPolicy, mode: PolicyMode): K8sObject {
  return { ...identityOf(object), spec: { peers: peersFor(mode, object.spec) } };
}

/**
 * Only the targets of a Policy, without some ports.
 * @returns undefined where no target would be left: a Policy without targets would be the namespace's
 */
export function targetsWithout(
  { object, namespace }: AuthnPolicy,
  lost: readonly Covered[],
  domain: string,
): K8sObject | undefined {
  const targets = listAt(field(object.spec, 'targets')).flatMap((target) => {
    const hostname = resolveHost(stringAt(field(target, 'name')) ?? '', namespace, domain);
    const ports = lost.filter(({ service }) => service.hostname === hostname);
    return ports.length === 0 ? [target] : targetWithout(target, ports);
  });
  return targets.length === 0 ? undefined : { ...identityOf(object), spec: { targets } };
}

function targetWithout(target: Json, lost: readonly Covered[]): readonly Json[] {
  const selectors = listAt(field(target, 'ports'));
  const isLost = (port: ServicePort) => lost.some((one) => one.port.number === port.number);
  const all = lost[0]?.service.ports.filter(isProxied) ?? [];
  const left =
    selectors.length === 0
      ? all.filter((port) => !isLost(port)).map(({ number }) => ({ number }))
      : selectors.filter((selector) => !all.some((port) => isLost(port) && selects(selector, port)));
  return left.length === 0 ? [] : [{ ...objectAt(target), ports: left }];
}

function selects(selector: Json, { number, name }: ServicePort): boolean {
  const wanted = unsigned(field(selector, 'number')) ?? stringAt(field(selector, 'name'));
  return wanted === number || wanted === name;
}

/** The first peer with `mtls` decides; those that are about something else stay. */
function peersFor(mode: PolicyMode, spec: Json | undefined): readonly Json[] {
  const others = listAt(field(spec, 'peers')).flatMap((peer) => {
    const rest = isObject(peer) ? withoutKey(peer, 'mtls') : {};
    return Object.keys(rest).length === 0 ? [] : [rest];
  });
  if (mode === 'DISABLE') return others;
  return [{ mtls: mode === 'STRICT' ? {} : { mode } }, ...others];
}

function identityOf({ apiVersion, kind, metadata: { name, namespace } }: K8sObject): K8sObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}
