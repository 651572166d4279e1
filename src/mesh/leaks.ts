import type { DestinationRule } from './destination-rules.ts';
import type { Semantics } from './semantics.ts';

/**
 * A DestinationRule whose subsets or traffic policy turn up where another one of the same host is in force, because Pilot merges
 * into an object that several of its indexes share. `namespaces`: between namespaces; `visibility`: from a private rule to
 * those who should not see it. What is in force there depends on the order of Pilot's pushes, and no model tells it.
 */
export interface Leak {
  readonly host: string;
  readonly from: DestinationRule;
  readonly into: DestinationRule;
  readonly why: 'namespaces' | 'visibility';
}

/**
 * The leaks among rules (https://github.com/istio/istio/issues/22147; pilot/pkg/model/push_context.go, SetDestinationRules, 1.1 and 1.2).
 * @param rules in the order in which Pilot merges them
 */
export function leaksAmong(rules: readonly DestinationRule[], semantics: Semantics): readonly Leak[] {
  return [...Map.groupBy(rules, ({ host }) => host).values()].flatMap((sameHost) => [
    ...leaksBetweenNamespaces(sameHost, semantics),
    ...leaksOfPrivateRules(sameHost, semantics),
  ]);
}

/** All exported rules of a host are merged into the oldest of them, whatever their namespaces. */
function leaksBetweenNamespaces(sameHost: readonly DestinationRule[], semantics: Semantics): readonly Leak[] {
  const [into, ...others] = sameHost.filter(({ exported }) => exported);
  if (into === undefined) return [];
  return others
    .filter((from) => from.namespace !== into.namespace && contributes(from, into, semantics))
    .map((from) => ({ host: into.host, from, into, why: 'namespaces' }));
}

/** All rules of a host in a namespace are merged into the oldest of them, which others see too when it is exported. */
function leaksOfPrivateRules(sameHost: readonly DestinationRule[], semantics: Semantics): readonly Leak[] {
  return [...Map.groupBy(sameHost, ({ namespace }) => namespace).values()].flatMap(([into, ...others]) =>
    into?.exported
      ? others
          .filter((from) => !from.exported && contributes(from, into, semantics))
          .map((from) => ({ host: into.host, from, into, why: 'visibility' }) as const)
      : [],
  );
}

function contributes(from: DestinationRule, into: DestinationRule, { laterTrafficPolicy }: Semantics): boolean {
  const names = new Set(into.subsets.map(({ name }) => name));
  if (from.subsets.some(({ name }) => !names.has(name))) return true;
  const gives = laterTrafficPolicy === 'always' || from.subsets.length > 0;
  return gives && into.trafficPolicy === undefined && from.trafficPolicy !== undefined;
}
