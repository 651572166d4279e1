import type { ServerMode } from './policies.ts';
import type { MergedRule } from './rule-pools.ts';
import { type ServerPolicy, serverMode, serverPolicy } from './server-policy.ts';
import type { Service, ServicePort } from './services.ts';
import { clientRule, subsetsOf, type Traffic } from './traffic.ts';
import { type ClientSettings, type ClientTls, settingsOf } from './traffic-policy.ts';

/** What the sidecars of a service take on a port, and by which policy. */
export interface ServerAnswer {
  readonly mode: ServerMode;
  readonly policy: ServerPolicy;
}

/** What the sidecars of a namespace do towards a service's port, and by which rule. */
export interface ClientAnswer extends ClientSettings {
  readonly rule: MergedRule | undefined;
}

/** Why calls fail: the server takes nothing but mutual TLS and gets something else, or cannot read the mutual TLS that it gets. */
export type Conflict = 'strict-server' | 'plaintext-server';

/** One client namespace, one port of one service, one subset (`''` for the service as a whole). */
export interface ConnectionKey {
  readonly client: string;
  readonly service: Service;
  readonly port: ServicePort;
  readonly subset: string;
}

export interface Connection {
  readonly server: ServerAnswer;
  readonly client: ClientAnswer;
  readonly conflict: Conflict | undefined;
}

/** What applies to every server with a sidecar behind a service's port. */
export function serverAnswer(traffic: Traffic, service: Service, port: ServicePort): ServerAnswer {
  const policy = serverPolicy(traffic.servers, service, port);
  return { mode: serverMode(policy), policy };
}

/**
 * What is in force between two sidecars. There is no automatic mutual TLS in Istio 1.1 and 1.2: each side does what its own configuration says.
 * @returns undefined when the client does not see the service, the port is UDP, or the client has no such subset
 */
export function connection(traffic: Traffic, { client, service, port, subset }: ConnectionKey): Connection | undefined {
  if (!isSeenFrom(client, service) || !isProxied(port)) return undefined;
  const rule = clientRule(traffic, service, client);
  const answer = clientAnswer(rule, service, { port, subset });
  return answer && between(serverAnswer(traffic, service, port), answer);
}

/** What a rule makes of a connection; undefined when it has no such subset. */
export function clientAnswer(
  rule: MergedRule | undefined,
  service: Service,
  { port, subset: name }: Pick<ConnectionKey, 'port' | 'subset'>,
): ClientAnswer | undefined {
  const subset = rule?.subsets.get(name);
  if (name !== '' && subset === undefined) return undefined;
  return { ...settingsOf(rule, service, { port, subset }), rule };
}

export function between(server: ServerAnswer, client: ClientAnswer): Connection {
  return { server, client, conflict: conflictOf(server.mode, client.tls) };
}

/** Every connection of clients in some namespaces, service by service in the order of their references. */
export function* connectionsOf(traffic: Traffic, clients: readonly string[]): Generator<ConnectionKey> {
  for (const service of traffic.services.values()) {
    for (const client of clients.filter((namespace) => isSeenFrom(namespace, service))) {
      const subsets = subsetsOf(clientRule(traffic, service, client)).map((subset) => subset?.name ?? '');
      for (const port of service.ports.filter(isProxied)) {
        for (const subset of subsets) yield { client, service, port, subset };
      }
    }
  }
}

/** Whether server and client cannot talk to each other. With MUTUAL, clients bring certificates of their own, which may be Istio's. */
export function conflictOf(server: ServerMode, client: ClientTls): Conflict | undefined {
  if (server === 'STRICT' && (client === 'PLAINTEXT' || client === 'SIMPLE')) return 'strict-server';
  return server === 'DISABLE' && client === 'ISTIO_MUTUAL' ? 'plaintext-server' : undefined;
}

export function isSeenFrom(client: string, { exported, namespace }: Service): boolean {
  return exported || namespace === client;
}

/** UDP passes sidecars by. */
export function isProxied({ protocol }: ServicePort): boolean {
  return protocol !== 'UDP';
}
