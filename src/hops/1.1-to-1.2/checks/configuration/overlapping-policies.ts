import { canonicalJson, objectAt, sameJson, withoutKey } from '../../../../core/json.ts';
import { refOf, refText } from '../../../../core/object.ts';
import type { AuthnPolicy, Policies } from '../../../../mesh/policies.ts';
import { type ServerSide, serverPolicy } from '../../../../mesh/server-policy.ts';
import type { Service, ServicePort } from '../../../../mesh/services.ts';
import type { Check, Finding } from '../../../../plan/check.ts';
import { istio12 } from '../../semantics.ts';
import { trafficToday } from './traffic-today.ts';

interface Overlap {
  readonly policies: readonly AuthnPolicy[];
  readonly service: Service;
  readonly port: ServicePort;
}

/** Policies that target the same port of the same service: Pilot takes any of them, at random (pilot/pkg/model/config.go:879-949@1.1.17). */
export const overlappingPolicies: Check = {
  id: 'overlapping-policies',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/tasks/security/authn-policy/#policy-precedence',
  explain: `Exactly one authentication Policy decides what the sidecars of a service take on a port. When two of one namespace target the same service and port, there is no precedence, not even of one that names the port over one for the whole service: Pilot takes whichever it meets first, in an order that is random and can be another after every push, in every replica, and after a restart of Pilot, which the upgrade is.
A service can so be STRICT for one client and take plaintext from the next, or lose its end-user authentication. istioctl authn tls-check shows which one a proxy got. Let each port of a service be targeted by one Policy: name the other ports in the Policy for the whole service, and give each Policy all that shall apply to its ports, because nothing is inherited.`,
  reads: [
    { group: 'authentication.istio.io', kind: 'Policy' },
    { group: '', kind: 'Service' },
  ],
  find({ mesh }) {
    const { services, servers } = trafficToday(mesh);
    const contested = contestedServices(servers.policies);
    const sides = [servers, { ...servers, semantics: istio12 }];
    const overlaps = [...services.values()]
      .filter(contested)
      .flatMap((service) =>
        service.ports.flatMap((port) => sides.flatMap((side) => overlapAt(side, service, port) ?? []).slice(0, 1)),
      );
    return [...Map.groupBy(overlaps, keyOf).values()].map(findingOf);
  },
};

/** Where overlaps can be at all: a service that several targets name, or one in a namespace with targets that go by labels. */
function contestedServices({ byNamespace }: Policies): (service: Service) => boolean {
  const targets = [...byNamespace].flatMap(([namespace, policies]) =>
    policies.flatMap((policy) => policy.targets.map((target) => ({ ...target, namespace }))),
  );
  const byHost = Map.groupBy(targets, ({ hostname }) => hostname);
  const labelled = targets.filter(({ labels }) => Object.keys(labels).length > 0);
  const byLabels = new Set(labelled.map(({ namespace }) => namespace));
  return ({ hostname, namespace }) => (byHost.get(hostname)?.length ?? 0) > 1 || byLabels.has(namespace);
}

function overlapAt(side: ServerSide, service: Service, port: ServicePort): Overlap | undefined {
  const answer = serverPolicy(side, service, port);
  if (answer.is !== 'ambiguous' || answer.why !== 'same-level') return undefined;
  return { policies: answer.policies, service, port };
}

function keyOf({ policies, service }: Overlap): string {
  return canonicalJson([service.hostname, ...policies.map(({ name }) => name)]);
}

function findingOf(overlaps: readonly Overlap[]): Finding {
  const [first] = overlaps;
  const policies = first?.policies ?? [];
  const ports = overlaps.map(({ port }) => port.number).join(', ');
  const texts = policies.map((policy) => `${refText(refOf(policy.object))} (${policy.mode})`);
  const [policy, ...others] = policies;
  const isSame = policy !== undefined && others.every((other) => saySame(policy, other));
  const service = first?.service;
  return {
    ref: policy && refOf(policy.object),
    severity: isSame ? 'note' : 'warning',
    message: `spec.targets of ${texts.join(' and ')} overlap on port ${ports} of ${service && refText(refOf(service.object))}: Pilot takes any one of them`,
    hint: isSame
      ? 'they say the same today; keep one of them'
      : 'let one Policy alone target each port: name the ports in spec.targets[].ports',
  };
}

function saySame(a: AuthnPolicy, b: AuthnPolicy): boolean {
  const [left, right] = [a, b].map(({ object }) => withoutKey(objectAt(object.spec), 'targets'));
  return sameJson(left, right);
}
