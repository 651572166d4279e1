import { stringAt } from '../../../../core/json.ts';
import { type K8sObject, refOf, refText } from '../../../../core/object.ts';
import { objectsOf, type Snapshot } from '../../../../core/snapshot.ts';
import { type HostTable, hostTable, lookUpHost } from '../../../../mesh/hosts.ts';
import type { Check, Finding } from '../../../../plan/check.ts';
import { at, eachOf, messagesIn, type Place, specOf } from '../../validation/place.ts';
import { trafficToday } from './traffic-today.ts';

const NETWORKING = 'networking.istio.io';
const DESTINATION_RULE = { group: NETWORKING, kind: 'DestinationRule' };
const VIRTUAL_SERVICE = { group: NETWORKING, kind: 'VirtualService' };
const SERVICE_ENTRY = { group: NETWORKING, kind: 'ServiceEntry' };

/** Hosts such as `cart.shop`: taken literally, so they are not the Service of that name (pilot/pkg/model/config.go:566-588@1.1.17). */
export const hostMatchesNothing: Check = {
  id: 'host-matches-nothing',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/reference/config/networking/v1alpha3/destination-rule/',
  explain: `Istio completes a host without a dot with the namespace of the object that names it; a host with a dot is taken as it stands. So "cart.shop" or "cart.shop.svc" is not the Service cart in namespace shop, although the cluster's DNS says so: no service has that name. A DestinationRule for it does nothing (no TLS setting, no subset, no limit), and a route to it in a VirtualService has no cluster and fails with 503. A VirtualService whose own host it is applies to requests on port 80 with exactly that name, and to no others.
This is so in 1.1 and stays so in 1.2; it is told here because it makes a mesh look as if it were configured, mutual TLS included, and an upgrade is when that is relied on. istioctl proxy-config clusters lists the hosts that exist. Write the full name, such as cart.shop.svc.cluster.local, and mind that the rule takes effect with that change. Only hosts are named here whose Service exists and that no ServiceEntry brings.`,
  reads: [DESTINATION_RULE, VIRTUAL_SERVICE, SERVICE_ENTRY, { group: '', kind: 'Service' }],
  find({ mesh }) {
    const names: Names = {
      meant: new Map(
        [...trafficToday(mesh).services.values()].flatMap(({ name, namespace, hostname }) =>
          [`${name}.${namespace}`, `${name}.${namespace}.svc`].map((short) => [short, hostname] as const),
        ),
      ),
      external: externalHosts(mesh.snapshot),
    };
    const rules = objectsOf(mesh.snapshot, DESTINATION_RULE);
    const services = objectsOf(mesh.snapshot, VIRTUAL_SERVICE);
    return [
      ...rules.flatMap((rule) => missing(rule, [at(specOf(rule), 'host')], names)),
      ...services.flatMap((service) => [
        ...missing(service, destinationsOf(service), names),
        ...missing(service, meshHostsOf(service, names), names).map((finding) => ({
          ...finding,
          severity: 'note' as const,
        })),
      ]),
    ];
  },
};

interface Names {
  /** The hostname of the Service that a short name reads like. */
  readonly meant: ReadonlyMap<string, string>;
  /** What ServiceEntries bring. */
  readonly external: HostTable<true>;
}

function missing(object: K8sObject, hosts: readonly Place[], { meant, external }: Names): readonly Finding[] {
  const ref = refOf(object);
  return hosts.flatMap(({ path, value }) => {
    const host = stringAt(value) ?? '';
    const hostname = meant.get(host);
    if (hostname === undefined || hostname === host || lookUpHost(external, host)) return [];
    return [
      {
        ref,
        message: `${refText(ref)}: ${path}: "${host}" matches no service; it is taken literally, and is not ${hostname}`,
        hint: `write ${hostname} if that is meant`,
      },
    ];
  });
}

/** The hosts that routes lead to, mirrors included. */
function destinationsOf(service: K8sObject): readonly Place[] {
  const spec = specOf(service);
  const routes = ['http', 'tls', 'tcp'].flatMap((protocol) => messagesIn(spec, protocol));
  return routes.flatMap((route) => [
    ...messagesIn(route, 'route').map((target) => at(at(target, 'destination'), 'host')),
    at(at(route, 'mirror'), 'host'),
  ]);
}

/**
 * The hosts of a VirtualService for sidecars. At a gateway they are what clients out there ask for, whatever exists in the mesh; and
 * one that stands beside the full name is another way to ask for the same service.
 */
function meshHostsOf(service: K8sObject, { meant }: Names): readonly Place[] {
  const spec = specOf(service);
  if (eachOf(at(spec, 'gateways')).some(({ value }) => value !== 'mesh')) return [];
  const { namespace = '' } = service.metadata;
  const hosts = eachOf(at(spec, 'hosts'));
  const full = new Set(hosts.map(({ value }) => meant.get(`${value}.${namespace}`) ?? value));
  return hosts.filter(({ value }) => !full.has(meant.get(stringAt(value) ?? '')));
}

function externalHosts(snapshot: Snapshot): HostTable<true> {
  const hosts = objectsOf(snapshot, SERVICE_ENTRY).flatMap((entry) => eachOf(at(specOf(entry), 'hosts')));
  return hostTable(hosts.flatMap(({ value }) => (typeof value === 'string' ? [[value, true] as const] : [])));
}
