import type { Json } from '../core/json.ts';
import type { DestinationRule, Subset } from './destination-rules.ts';
import { type HostTable, hostTable, lookUpHost } from './hosts.ts';
import type { Semantics } from './semantics.ts';
import type { Service } from './services.ts';

/** All DestinationRules of one host in one namespace, as Pilot takes them together. */
export interface MergedRule {
  readonly host: string;
  readonly namespace: string;
  /** What was merged, in that order; the first one leads. */
  readonly rules: readonly [DestinationRule, ...DestinationRule[]];
  /** The traffic policy in force and the rule it comes from, never a mixture of several. */
  readonly policy: { readonly trafficPolicy: Json; readonly rule: DestinationRule } | undefined;
  /** By name, of which the first counts. */
  readonly subsets: ReadonlyMap<string, Subset>;
}

/** Merged rules as they are looked up: what a namespace sees of its own, and what others see of it. */
export interface RulePools {
  readonly own: ReadonlyMap<string, HostTable<MergedRule>>;
  readonly exported: ReadonlyMap<string, HostTable<MergedRule>>;
}

/**
 * Sorts rules into pools and merges those of the same host.
 * @param rules in the order in which Pilot merges them
 */
export function rulePools(rules: readonly DestinationRule[], semantics: Semantics): RulePools {
  const own = new Map<string, HostTable<MergedRule>>();
  const exported = new Map<string, HostTable<MergedRule>>();
  for (const [namespace, local] of Map.groupBy(rules, (rule) => rule.namespace)) {
    const table = hostTable(mergedByHost(local, semantics));
    const visible = local.filter((rule) => rule.exported);
    own.set(namespace, table);
    // The same values where nothing is private, so that all clients that follow a rule are seen to follow the same.
    const isAll = visible.length === local.length;
    exported.set(namespace, isAll ? table : hostTable(mergedByHost(visible, semantics)));
  }
  return { own, exported };
}

/**
 * The rule that a client of a namespace follows for a service: its own namespace's, else the service's, else the root namespace's.
 * The first of them with a host that matches wins, however unspecific that is
 * (PushContext.DestinationRule, pilot/pkg/model/push_context.go:481-538@1.1.17, :479-534@1.2.10).
 */
export function ruleFor(
  { own, exported }: RulePools,
  service: Pick<Service, 'namespace' | 'hostname'>,
  { client, root }: { readonly client: string; readonly root: string },
): MergedRule | undefined {
  const pools = [client === root ? undefined : own.get(client), exported.get(service.namespace), exported.get(root)];
  for (const pool of pools) {
    const found = pool && lookUpHost(pool, service.hostname);
    if (found) return found;
  }
  return undefined;
}

/**
 * Rules of one host as one: subsets with new names are added, and a traffic policy is taken over whole when there is none yet;
 * from whom depends on the version (pilot/pkg/model/destination_rule.go:38-53@1.1.17, :38-52@1.2.10).
 */
export function mergeRules(
  [first, ...others]: readonly [DestinationRule, ...DestinationRule[]],
  { laterTrafficPolicy }: Semantics,
): MergedRule {
  const rules: readonly [DestinationRule, ...DestinationRule[]] = [first, ...others];
  const gives = (rule: DestinationRule) => rule === first || laterTrafficPolicy === 'always' || rule.subsets.length > 0;
  const giver = rules.find((rule) => rule.trafficPolicy !== undefined && gives(rule));
  return {
    host: first.host,
    namespace: first.namespace,
    rules,
    policy: giver?.trafficPolicy === undefined ? undefined : { trafficPolicy: giver.trafficPolicy, rule: giver },
    subsets: firstByName(rules.flatMap((rule) => rule.subsets)),
  };
}

function firstByName(subsets: readonly Subset[]): ReadonlyMap<string, Subset> {
  const found = new Map<string, Subset>();
  for (const subset of subsets) if (!found.has(subset.name)) found.set(subset.name, subset);
  return found;
}

function mergedByHost(
  rules: readonly DestinationRule[],
  semantics: Semantics,
): readonly (readonly [string, MergedRule])[] {
  return [...Map.groupBy(rules, ({ host }) => host)].flatMap(([host, [first, ...others]]) =>
    first === undefined ? [] : [[host, mergeRules([first, ...others], semantics)] as const],
  );
}
