import { valueAt } from '../../../../core/json.ts';
import { type ObjectRef, refOf, refText } from '../../../../core/object.ts';
import { find } from '../../../../core/snapshot.ts';
import type { Mesh } from '../../../../mesh/mesh.ts';
import { between, type Connection, clientAnswer, isProxied, isSeenFrom, serverAnswer } from '../../../../mesh/mtls.ts';
import { isWithin, type Labels, labelsIn } from '../../../../mesh/pod-labels.ts';
import { policiesIn } from '../../../../mesh/server-policy.ts';
import type { Service, ServicePort } from '../../../../mesh/services.ts';
import { clientRule, type Traffic } from '../../../../mesh/traffic.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { trafficToday } from './traffic-today.ts';

/** What servers take and what clients send, where the two do not fit today. */
export const mtlsConflict: Check = {
  id: 'mtls-conflict',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/tasks/security/mutual-tls/',
  explain: `Istio 1.1 and 1.2 do not agree on mutual TLS by themselves: Policies and the MeshPolicy say what a service takes, DestinationRules say what its clients send. Where a service takes nothing but mutual TLS and clients send plaintext, or the other way round, calls fail with 503 or a reset connection, today already. Such a conflict is often the reason why something else is blamed on the upgrade.
A DestinationRule in the client's namespace, or in the service's, hides the mesh-wide "*.local" rule whole, even when it sets nothing but a load balancer: that is the usual cause. istioctl authn tls-check POD SERVICE says CONFLICT for it. Give the rule that is named a tls mode that fits (ISTIO_MUTUAL for a STRICT service, DISABLE for one that takes plaintext), or make the service PERMISSIVE. Services without a sidecar are judged as if they had one, unless they have no pods of their own.`,
  reads: [
    { group: 'authentication.istio.io', kind: 'Policy' },
    { group: 'authentication.istio.io', kind: 'MeshPolicy' },
    { group: 'networking.istio.io', kind: 'DestinationRule' },
    { group: '', kind: 'Service' },
    { group: '', kind: 'Namespace' },
  ],
  find(context) {
    const { mesh } = context;
    const traffic = trafficToday(mesh);
    const own = ownServices(mesh, traffic);
    const clients = traffic.namespaces.filter((namespace) => hasSidecars(context, namespace));
    const services = [...traffic.services.values()].filter(({ hostname }) => !own.has(hostname));
    return services.flatMap((service) => findingsOf(service, conflictsOf(traffic, service, clients)));
  },
};

interface FailingCalls {
  readonly port: ServicePort;
  readonly clients: readonly string[];
  readonly connection: Connection;
}

/** Asks the servers first: where they take both, or where nobody knows, no client can be wrong. */
function conflictsOf(traffic: Traffic, service: Service, clients: readonly string[]): readonly FailingCalls[] {
  const ports = service.ports
    .filter(isProxied)
    .map((port) => ({ port, server: serverAnswer(traffic, service, port) }))
    .filter(({ server }) => server.mode === 'STRICT' || server.mode === 'DISABLE');
  if (ports.length === 0) return [];
  const seeing = clients.filter((client) => isSeenFrom(client, service));
  const byRule = Map.groupBy(seeing, (client) => clientRule(traffic, service, client));
  return [...byRule].flatMap(([rule, some]) =>
    ports.flatMap(({ port, server }) =>
      ['', ...(rule?.subsets.keys() ?? [])].flatMap((subset) => {
        const client = clientAnswer(rule, service, { port, subset });
        const connection = client && between(server, client);
        return connection?.conflict === undefined ? [] : [{ port, clients: some, connection }];
      }),
    ),
  );
}

/** One for each cause. */
function findingsOf(service: Service, calls: readonly FailingCalls[]): readonly Finding[] {
  const grouped = Map.groupBy(calls, ({ connection }) => causeKey(connection));
  return [...grouped.values()].flatMap((some) => {
    const [first] = some;
    return first === undefined ? [] : [findingOf(service, some, first.connection)];
  });
}

function findingOf(service: Service, calls: readonly FailingCalls[], connection: Connection): Finding {
  const ports = [...new Set(calls.map(({ port }) => port.number))].join(', ');
  const clients = [...new Set(calls.flatMap((call) => call.clients))].sort();
  const ref = refOf(service.object);
  const why = causesOf(connection).map(refText).join(', ');
  const sent = `${connection.client.tls}${why === '' ? '' : ` (${why})`}`;
  return {
    ref,
    message: `${refText(ref)}: port ${ports}: it takes ${takes(connection)}, and clients in ${listed(clients)} send ${sent}`,
    hint:
      connection.conflict === 'strict-server'
        ? 'set tls.mode ISTIO_MUTUAL in the DestinationRule that they follow, or make the service PERMISSIVE'
        : 'set tls.mode DISABLE in the DestinationRule that they follow, or let the service take mutual TLS',
  };
}

function takes({ server }: Connection): string {
  return server.mode === 'STRICT' ? 'mutual TLS only (STRICT)' : 'plaintext only';
}

/** One after the other up to five, then their number. */
function listed(clients: readonly string[]): string {
  return clients.length <= 5
    ? clients.join(', ')
    : `${clients.length} namespaces (${clients.slice(0, 5).join(', ')} …)`;
}

function causeKey(connection: Connection): string {
  return [connection.conflict, connection.client.tls, ...causesOf(connection).map(refText)].join(' ');
}

function causesOf({ server, client }: Connection): readonly ObjectRef[] {
  const rules = client.rule?.rules ?? [];
  return [...policiesIn(server.policy), ...rules].map(({ object }) => refOf(object));
}

/** Without knowing what runs where, every namespace may have clients. */
function hasSidecars({ status }: CheckContext, namespace: string): boolean {
  return status?.workloads.some(({ ref, sidecars }) => ref.namespace === namespace && sidecars > 0) ?? true;
}

/** Hostnames of the control plane's own services: its proxies bring their configuration along, and most have none. */
function ownServices(mesh: Mesh, traffic: Traffic): ReadonlySet<string> {
  const components = componentLabels(mesh);
  const isOwn = ({ namespace, selector }: Service) =>
    namespace === mesh.istioNamespace &&
    selector !== undefined &&
    components.some((labels) => isWithin(selector, labels));
  return new Set([...traffic.services.values()].filter(isOwn).map(({ hostname }) => hostname));
}

function componentLabels({ components, snapshot }: Mesh): readonly Labels[] {
  return components.map(({ ref }) => labelsIn(valueAt(find(snapshot, ref), 'spec', 'template', 'metadata', 'labels')));
}
