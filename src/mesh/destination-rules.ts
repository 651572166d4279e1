import { type Json, listAt, stringAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import { resolveHost } from './hosts.ts';
import type { MeshConfig } from './mesh-config.ts';
import { type Labels, labelsIn } from './pod-labels.ts';
import { field } from './proto-json.ts';
import type { Semantics } from './semantics.ts';

/** A DestinationRule as it stands. Traffic policies stay raw: what they say depends on the port. */
export interface DestinationRule {
  readonly object: K8sObject;
  readonly namespace: string;
  readonly name: string;
  /** Resolved: a hostname, one with a leading `*`, or a name that matches nothing. */
  readonly host: string;
  /** Whether other namespaces than its own see it. */
  readonly exported: boolean;
  readonly trafficPolicy: Json | undefined;
  readonly subsets: readonly Subset[];
}

export interface Subset {
  readonly name: string;
  readonly labels: Labels;
  readonly trafficPolicy: Json | undefined;
  /** The rule that brings it. */
  readonly rule: DestinationRule;
}

const KIND = { group: 'networking.istio.io', kind: 'DestinationRule' };

/** The DestinationRules of a snapshot, those that Pilot drops included, in the order in which Pilot merges them. */
export function destinationRulesOf(snapshot: Snapshot, config: MeshConfig): readonly DestinationRule[] {
  return byCreation(objectsOf(snapshot, KIND)).map((object) => destinationRuleOf(object, config));
}

/** One DestinationRule as a typed value. */
export function destinationRuleOf(object: K8sObject, config: MeshConfig): DestinationRule {
  const { name, namespace = '' } = object.metadata;
  const subsets: Subset[] = [];
  const rule: DestinationRule = {
    object,
    namespace,
    name,
    host: resolveHost(stringAt(field(object.spec, 'host')) ?? '', namespace, config.domain),
    exported: isExported(object, config),
    trafficPolicy: field(object.spec, 'trafficPolicy'),
    subsets,
  };
  for (const subset of listAt(field(object.spec, 'subsets'))) subsets.push(subsetOf(subset, rule));
  return rule;
}

/**
 * Whether validation lets the labels of its subsets pass. One that does not pass is refused by the webhook when it is next written,
 * and where Pilot validates again the whole rule is dropped (pilot/pkg/model/validation.go:935@1.2.10).
 */
export function hasValidLabels({ subsets }: DestinationRule, { subsetLabels: { key, value } }: Semantics): boolean {
  return subsets.every(({ labels }) =>
    Object.entries(labels).every(([name, label]) => key.test(name) && value.test(label)),
  );
}

/** The first entry alone counts, and anything but `.` means everybody (pilot/pkg/model/push_context.go:889-904@1.1.17). */
function isExported(object: K8sObject, config: MeshConfig): boolean {
  const [first] = listAt(field(object.spec, 'exportTo'));
  return first === undefined ? config.exportsRules : first !== '.';
}

function subsetOf(subset: Json, rule: DestinationRule): Subset {
  return {
    name: stringAt(field(subset, 'name')) ?? '',
    labels: labelsIn(field(subset, 'labels')),
    trafficPolicy: field(subset, 'trafficPolicy'),
    rule,
  };
}

/** Older first, to the second; in the same second by `name.namespace` (pilot/pkg/model/config.go:649-662@1.1.17). */
function byCreation(objects: readonly K8sObject[]): readonly K8sObject[] {
  return objects
    .map((object) => ({ object, created: createdAt(object), name: sortName(object) }))
    .sort((a, b) => a.created - b.created || (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ object }) => object);
}

function createdAt({ metadata }: K8sObject): number {
  return Date.parse(stringAt(metadata.creationTimestamp) ?? '') || 0;
}

function sortName({ metadata }: K8sObject): string {
  return `${metadata.name}.${metadata.namespace ?? ''}`;
}
