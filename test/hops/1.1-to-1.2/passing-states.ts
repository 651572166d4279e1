import type { K8sObject } from '../../../src/core/object.ts';
import { snapshotOf } from '../../../src/core/snapshot.ts';
import { istio11, istio12 } from '../../../src/hops/1.1-to-1.2/semantics.ts';
import { type Connection, conflictOf, connection, connectionsOf } from '../../../src/mesh/mtls.ts';
import { type Traffic, trafficOf } from '../../../src/mesh/traffic.ts';

/** The objects of a cluster after each write, in parts between which what was written has had time to take effect. */
export type History = readonly (readonly (readonly K8sObject[])[])[];

type Connections = ReadonlyMap<string, Connection>;

/**
 * The connections that fail on the way and neither before nor after, under either version. Inside one part of the history a client may
 * still follow any state of it while the server already follows any other.
 * @returns `foo.bar.svc.cluster.local:8000 from shop: STRICT/PLAINTEXT`, each once
 */
export function brokenOnTheWay(history: History): readonly string[] {
  return [...new Set([istio11, istio12].flatMap((semantics) => brokenUnder(history, semantics)))];
}

function brokenUnder(history: History, semantics: Traffic['semantics']): readonly string[] {
  const parts = history.map((part) => part.map((objects) => connectionsIn(objects, semantics)));
  const [before, after] = [parts[0]?.[0], parts.at(-1)?.at(-1)];
  const fails = (key: string) => [before, after].some((state) => state?.get(key)?.conflict !== undefined);
  return joined(parts)
    .flatMap((part) => part.flatMap((servers) => part.flatMap((clients) => brokenBetween(servers, clients))))
    .flatMap(({ key, modes }) => (fails(key) ? [] : [`${key}: ${modes}`]));
}

/** Each part begins with the state in which the one before it ended. */
function joined(parts: readonly (readonly Connections[])[]): readonly (readonly Connections[])[] {
  return parts.map((part, index) => [...(parts[index - 1]?.slice(-1) ?? []), ...part]);
}

function brokenBetween(servers: Connections, clients: Connections) {
  return [...clients].flatMap(([key, { client }]) => {
    const server = servers.get(key)?.server;
    if (server === undefined || conflictOf(server.mode, client.tls) === undefined) return [];
    return [{ key, modes: `${server.mode}/${client.tls}` }];
  });
}

function connectionsIn(objects: readonly K8sObject[], semantics: Traffic['semantics']): Connections {
  const traffic = trafficOf(snapshotOf(objects), 'istio-system', semantics);
  const found = new Map<string, Connection>();
  for (const key of connectionsOf(traffic, traffic.namespaces)) {
    const one = connection(traffic, key);
    const subset = key.subset === '' ? '' : ` subset ${key.subset}`;
    if (one) found.set(`${key.service.hostname}:${key.port.number}${subset} from ${key.client}`, one);
  }
  return found;
}
