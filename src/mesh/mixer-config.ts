import { type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, parseApiVersion } from '../core/object.ts';
import type { Snapshot } from '../core/snapshot.ts';

/** The API group of everything that Mixer reads. */
export const MIXER_GROUP = 'config.istio.io';

/** Mixer's configuration by full name: `requestcount.metric.istio-system`. */
export type MixerConfig = ReadonlyMap<string, K8sObject>;

/** One entry of a rule's `actions` with what its references lead to. */
export interface MixerAction {
  readonly rule: K8sObject;
  readonly handler: K8sObject;
  readonly instances: readonly K8sObject[];
}

/** A reference in a rule, where it stands, and the full names that it may mean, in the order in which Mixer looks them up. */
export interface MixerReference {
  readonly path: string;
  readonly text: string;
  readonly names: readonly string[];
}

/** All objects of Mixer's API group, in the order of their full names. */
export function mixerConfigOf(snapshot: Snapshot): MixerConfig {
  const objects = [...snapshot.objects.values()].filter(
    ({ apiVersion }) => parseApiVersion(apiVersion).group === MIXER_GROUP,
  );
  const named = objects.map((object) => [fullName(object), object] as const);
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `requestcount.metric.istio-system` */
export function fullName({ kind, metadata: { name, namespace = '' } }: K8sObject): string {
  return `${name}.${kind}.${namespace}`;
}

/**
 * What a reference may mean, in full. The second of two parts can be a kind in the rule's namespace, or a namespace.
 * @param desired the kind that is meant where none is named, and the namespace of what refers
 * @see https://github.com/istio/istio/blob/1.2.10/mixer/pkg/runtime/config/util.go#L40-L62: `canonicalize`
 */
export function fullNames(
  reference: string,
  { kind, namespace }: { readonly kind: string; readonly namespace: string },
): readonly string[] {
  const [name = '', second, ...others] = reference.split('.');
  if (second === undefined) return [`${name}.${kind}.${namespace}`];
  return others.length === 0 ? [`${name}.${second}.${namespace}`, `${name}.${kind}.${second}`] : [reference];
}

/** The references to instances in a rule, action by action. */
export function instanceReferences(rule: K8sObject): readonly MixerReference[] {
  return listAt(valueAt(rule, 'spec', 'actions')).flatMap((action, index) =>
    referencesIn(rule, action, `spec.actions[${index}]`),
  );
}

function referencesIn({ metadata: { namespace = '' } }: K8sObject, action: Json, path: string) {
  return listAt(valueAt(action, 'instances')).flatMap((value, index): readonly MixerReference[] => {
    const text = stringAt(value);
    if (text === undefined) return [];
    return [{ path: `${path}.instances[${index}]`, text, names: fullNames(text, { kind: 'instance', namespace }) }];
  });
}

/**
 * The actions that do something: their handler exists, and one of their instances at least. All others Mixer leaves out
 * (processRuleConfigs, mixer/pkg/runtime/config/ephemeral.go@1.2.10; the same in 1.1).
 */
export function mixerActions(config: MixerConfig): readonly MixerAction[] {
  const rules = [...config.values()].filter(({ kind }) => kind === 'rule');
  return rules.flatMap((rule) =>
    listAt(valueAt(rule, 'spec', 'actions')).flatMap((action) => actionOf(rule, action, config)),
  );
}

function actionOf(rule: K8sObject, action: Json, config: MixerConfig): readonly MixerAction[] {
  const { namespace = '' } = rule.metadata;
  const handlers = fullNames(stringAt(valueAt(action, 'handler')) ?? '', { kind: 'handler', namespace });
  const [handler] = handlers.flatMap((name) => config.get(name) ?? []);
  const instances = referencesIn(rule, action, '').flatMap(({ names }) =>
    names.flatMap((name) => config.get(name) ?? []).slice(0, 1),
  );
  return handler === undefined || instances.length === 0 ? [] : [{ rule, handler, instances }];
}
