import { type ClientGroup, clientGroups, type Seen, type Sides, subsetNames } from './client-groups.ts';
import { between, type Connection, clientAnswer, isProxied, type ServerAnswer, serverAnswer } from './mtls.ts';
import type { Service, ServicePort } from './services.ts';
import type { Traffic } from './traffic.ts';
import type { Component } from './traffic-policy.ts';
import { changedSettings, changesOrigins, type Verdict, verdictOf } from './verdict.ts';

/** What happens to connections from some namespaces to one port of one service and one subset (`''` for the service as a whole). */
export interface Effect {
  /** As it is after; as it was before when it is gone. */
  readonly service: Service;
  readonly port: ServicePort;
  readonly subset: string;
  /** Namespaces that follow the same rules, in the order given. */
  readonly clients: readonly string[];
  /** undefined where there is no such connection. */
  readonly before: Connection | undefined;
  readonly after: Connection | undefined;
  readonly verdict: Verdict;
  /** Parts of the clients' traffic policy that become different, details of TLS included. */
  readonly settings: readonly Component[];
  /** Whether what the server asks of requests (end-user authentication) becomes different. */
  readonly changesOrigins: boolean;
}

/**
 * Compares what is in force in two states of a mesh, each under its own version's semantics.
 * @param clients namespaces to look at as clients of every service that they see; all of both by default
 * @returns an entry for every service, port, subset and group of clients, those that stay the same included, by namespace and name
 */
export function effects(
  before: Traffic,
  after: Traffic,
  clients: readonly string[] = [...new Set([...before.namespaces, ...after.namespaces])].sort(),
): readonly Effect[] {
  const sides: Sides = { before, after };
  const services = new Map([...before.services, ...after.services]);
  return [...services.values()].sort(byNamespaceAndName).flatMap((service) => {
    const groups = clientGroups(sides, service.hostname, clients);
    return portNumbers(sides, service.hostname).flatMap((number) => effectsOnPort(sides, groups, { service, number }));
  });
}

/** The server's side is the same for all groups, so it is answered once. */
function effectsOnPort(
  { before, after }: Sides,
  groups: readonly ClientGroup[],
  { service, number }: { readonly service: Service; readonly number: number },
): readonly Effect[] {
  const was = serverAt(before, service.hostname, number);
  const is = serverAt(after, service.hostname, number);
  const port = is?.port ?? was?.port;
  if (port === undefined) return [];
  return groups.flatMap((group) =>
    subsetNames(group).flatMap((subset) => {
      const connections = { before: meet(was, group.before, subset), after: meet(is, group.after, subset) };
      return effectOf({ service, port, subset, clients: group.clients }, connections) ?? [];
    }),
  );
}

interface ServerPort {
  readonly port: ServicePort;
  readonly answer: ServerAnswer;
}

function serverAt(traffic: Traffic, hostname: string, number: number): ServerPort | undefined {
  const service = traffic.services.get(hostname);
  const port = service?.ports.find((one) => one.number === number && isProxied(one));
  return service && port && { port, answer: serverAnswer(traffic, service, port) };
}

function meet(server: ServerPort | undefined, seen: Seen | undefined, subset: string): Connection | undefined {
  if (server === undefined || seen === undefined) return undefined;
  const client = clientAnswer(seen.rule, seen.service, { port: server.port, subset });
  return client && between(server.answer, client);
}

function effectOf(
  about: Pick<Effect, 'service' | 'port' | 'subset' | 'clients'>,
  { before, after }: { readonly before: Connection | undefined; readonly after: Connection | undefined },
): Effect | undefined {
  if (before === undefined && after === undefined) return undefined;
  const both = before && after && { before, after };
  return {
    ...about,
    before,
    after,
    verdict: verdictOf(before, after),
    settings: both ? changedSettings(both.before.client, both.after.client) : [],
    changesOrigins: both ? changesOrigins(both) : false,
  };
}

/** The ports of both sides, in the order of the later one. */
function portNumbers({ before, after }: Sides, hostname: string): readonly number[] {
  const ports = [after, before].flatMap((traffic) => traffic.services.get(hostname)?.ports ?? []);
  return [...new Set(ports.map(({ number }) => number))];
}

function byNamespaceAndName(a: Service, b: Service): number {
  const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
  return left < right ? -1 : Number(left > right);
}
