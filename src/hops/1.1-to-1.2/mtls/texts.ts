import { refOf, refText } from '../../../core/object.ts';
import { shortList } from '../../../core/short-list.ts';
import type { DestinationRule } from '../../../mesh/destination-rules.ts';
import { connection, isProxied, isSeenFrom, serverAnswer } from '../../../mesh/mtls.ts';
import type { AuthnPolicy } from '../../../mesh/policies.ts';
import type { Service, ServicePort } from '../../../mesh/services.ts';
import type { Traffic } from '../../../mesh/traffic.ts';

/** Names, each once and as many as a reader takes in. */
export function listed(names: Iterable<string>): string {
  return shortList([...new Set(names)], 8);
}

export function serviceText({ object }: Service): string {
  return refText(refOf(object));
}

/** `Service/bar/foo port 80`, `Service/bar/foo ports 80, 8000` */
export function portsText(service: Service, ports: Iterable<ServicePort>): string {
  const numbers = new Set([...ports].map(({ number }) => number));
  return `${serviceText(service)} ${numbers.size === 1 ? 'port' : 'ports'} ${[...numbers].sort((a, b) => a - b).join(', ')}`;
}

/** References of policies or rules, by name. */
export function refsText(all: Iterable<AuthnPolicy | DestinationRule>): string {
  return listed([...all].map(({ object }) => refText(refOf(object))).sort());
}

/** What is in force on a port: `server STRICT, clients ISTIO_MUTUAL`, and whose clients differ, if they do. */
export function inForceText(traffic: Traffic, service: Service, port: ServicePort): string {
  if (!isProxied(port)) return 'UDP, which passes sidecars by';
  const { mode, policy } = serverAnswer(traffic, service, port);
  const server = policy.is === 'outside' ? 'no sidecars behind it' : `server ${mode}`;
  const clients = traffic.namespaces.filter((client) => isSeenFrom(client, service));
  const byTls = Map.groupBy(
    clients,
    (client) => connection(traffic, { client, service, port, subset: '' })?.client.tls ?? 'PLAINTEXT',
  );
  const [only, ...others] = [...byTls.keys()];
  if (only === undefined || others.length === 0) return `${server}, clients ${only ?? 'none'}`;
  return `${server}, clients ${[...byTls].map(([tls, some]) => `${tls} (${listed(some)})`).join(' or ')}`;
}
