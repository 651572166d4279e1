import type { Snapshot } from '../core/snapshot.ts';
import { type DestinationRule, destinationRulesOf, hasValidLabels, type Subset } from './destination-rules.ts';
import { type MeshConfig, meshConfigOf } from './mesh-config.ts';
import { type MergedRule, type RulePools, ruleFor, rulePools } from './rule-pools.ts';
import type { Semantics } from './semantics.ts';
import { type ServerSide, serverSideOf } from './server-policy.ts';
import { type Service, servicesOf } from './services.ts';

/** What of a snapshot decides who talks to whom and how, under one version's semantics, indexed for questions. */
export interface Traffic {
  /** The control plane's. */
  readonly istioNamespace: string;
  readonly config: MeshConfig;
  readonly semantics: Semantics;
  /** Every namespace that the snapshot has anything of, by name. */
  readonly namespaces: readonly string[];
  /** By hostname. */
  readonly services: ReadonlyMap<string, Service>;
  /** Every DestinationRule, in the order in which Pilot merges them. */
  readonly rules: readonly DestinationRule[];
  /** Those among them that Pilot drops. */
  readonly dropped: readonly DestinationRule[];
  readonly pools: RulePools;
  readonly servers: ServerSide;
}

// Rules, checks and reports ask the same of one snapshot, and making the indexes takes longer than asking them.
const made = new WeakMap<Snapshot, readonly Traffic[]>();

/** The indexes, made once for a snapshot; what is asked of them looks nothing up by scanning. */
export function trafficOf(snapshot: Snapshot, istioNamespace: string, semantics: Semantics): Traffic {
  const all = made.get(snapshot) ?? [];
  const known = all.find((one) => one.semantics === semantics && one.istioNamespace === istioNamespace);
  if (known !== undefined) return known;
  const traffic = indexed(snapshot, istioNamespace, semantics);
  made.set(snapshot, [...all, traffic]);
  return traffic;
}

function indexed(snapshot: Snapshot, istioNamespace: string, semantics: Semantics): Traffic {
  const config = meshConfigOf(snapshot, istioNamespace);
  const rules = destinationRulesOf(snapshot, config);
  const isKept = (rule: DestinationRule) => !config.validatesAgain || hasValidLabels(rule, semantics);
  return {
    istioNamespace,
    config,
    semantics,
    namespaces: namespacesIn(snapshot),
    services: new Map(servicesOf(snapshot, config).map((service) => [service.hostname, service])),
    rules,
    dropped: rules.filter((rule) => !isKept(rule)),
    pools: rulePools(rules.filter(isKept), semantics),
    servers: serverSideOf(snapshot, config, semantics),
  };
}

/** The rule that clients of a namespace follow for a service; undefined when there is none. */
export function clientRule(traffic: Traffic, service: Service, client: string): MergedRule | undefined {
  return ruleFor(traffic.pools, service, { client, root: traffic.config.rootNamespace });
}

/** The subsets that a rule gives a service, after the service as a whole. */
export function subsetsOf(rule: MergedRule | undefined): readonly (Subset | undefined)[] {
  return [undefined, ...(rule?.subsets.values() ?? [])];
}

function namespacesIn({ objects }: Snapshot): readonly string[] {
  const found = new Set<string>();
  for (const { kind, apiVersion, metadata } of objects.values()) {
    if (metadata.namespace !== undefined) found.add(metadata.namespace);
    if (kind === 'Namespace' && apiVersion === 'v1') found.add(metadata.name);
  }
  return [...found].sort();
}
