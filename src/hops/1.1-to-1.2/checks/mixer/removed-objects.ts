import { stringAt, valueAt } from '../../../../core/json.ts';
import { type K8sObject, type ObjectRef, refOf, refText } from '../../../../core/object.ts';
import type { Mesh } from '../../../../mesh/mesh.ts';
import { type MixerAction, mixerActions, mixerConfigOf } from '../../../../mesh/mixer-config.ts';
import { isReleases } from './release-objects.ts';
import { REMOVED_KINDS, type RemovedKind } from './removed-kinds.ts';

/** An object of a removed kind that somebody made. */
export interface RemovedObject {
  readonly ref: ObjectRef;
  readonly kind: RemovedKind;
  readonly serves: 'policy' | 'telemetry' | 'nothing';
  /** The rules that do something with it today. */
  readonly rules: readonly ObjectRef[];
}

/** All objects of removed kinds but the release's own, with what they are for, in the order of their names. */
export function removedObjects({ snapshot, istioNamespace }: Mesh): readonly RemovedObject[] {
  const config = mixerConfigOf(snapshot);
  const actions = actionsByObject(mixerActions(config));
  return [...config.values()].flatMap((object) => {
    const kind = REMOVED_KINDS.get(object.kind);
    if (kind === undefined || isReleases(object, istioNamespace)) return [];
    const own = actions.get(object) ?? [];
    return [{ ref: refOf(object), kind, serves: servesOf(kind, own), rules: rulesOf(own) }];
  });
}

function actionsByObject(actions: readonly MixerAction[]): ReadonlyMap<K8sObject, readonly MixerAction[]> {
  const pairs = actions.flatMap((action) =>
    [action.handler, ...action.instances].map((object) => ({ object, action })),
  );
  const groups = Map.groupBy(pairs, ({ object }) => object);
  return new Map([...groups].map(([object, some]) => [object, some.map(({ action }) => action)]));
}

function rulesOf(actions: readonly MixerAction[]): readonly ObjectRef[] {
  return [...new Map(actions.map(({ rule }) => [refText(refOf(rule)), refOf(rule)])).values()];
}

/** An adapter that takes everything does what the instances are for that rules give it. */
function servesOf({ serves }: RemovedKind, actions: readonly MixerAction[]): RemovedObject['serves'] {
  if (serves !== 'either') return serves;
  const checks = actions.some(({ instances }) =>
    instances.some((instance) => templateOf(instance)?.serves === 'policy'),
  );
  return checks ? 'policy' : 'telemetry';
}

function templateOf({ kind, spec }: K8sObject): RemovedKind | undefined {
  if (kind !== 'instance') return REMOVED_KINDS.get(kind);
  return REMOVED_KINDS.get(stringAt(valueAt(spec, 'compiledTemplate')) ?? '');
}
