import type { Change, Step } from '../core/change.ts';
import { objectAt, sameJson, valueAt, withoutValue } from '../core/json.ts';
import { matchesSelector } from '../core/label-selector.ts';
import { type K8sObject, labelsOf, refOf, uidOf } from '../core/object.ts';
import type { Stage } from '../core/phase.ts';
import type { ApiResource } from '../core/resources.ts';
import type { Reason } from '../core/wish.ts';
import { hasScale, sameContents, sameScale } from './contents.ts';
import type { ObjectHistory } from './object-history.ts';
import { adoptReplicas, controllerOf } from './replicas.ts';
import type { Undo } from './undo-object.ts';

export interface RollbackContext {
  readonly because: Reason;
  /** ReplicaSets of the object's namespace. */
  readonly replicaSets: readonly K8sObject[];
}

type Undone = Exclude<Undo, { readonly do: 'nothing' | 'stays' }>;

/** The change that takes back what runs did to one object, with the stage that mirrors theirs. */
export function rollbackChange(history: ObjectHistory, undo: Undone, context: RollbackContext): Change {
  const { ref, resource, change } = history;
  const { conflicts } = undo;
  const shared = {
    ref,
    resource,
    phase: change.phase,
    stage: stageBack(history, undo),
    because: [context.because],
    prediction: 'journal',
    conflicts,
  } as const;
  if (undo.do === 'delete') {
    const { before } = undo;
    return { ...shared, op: 'delete', before, notes: [], steps: [...station(history, before), { do: 'delete' }] };
  }
  if (undo.do === 'create') return creation(shared, undo, context);
  const { before, after } = undo;
  if (isReplaced(before, after)) return replacement(shared, undo);
  const steps: readonly Step[] = [
    ...station(history, before),
    { do: 'restore', body: sameScale(before, after) ? withoutScale(after) : after },
  ];
  const notes =
    sameContents(before, after) && sameScale(before, after) ? ['its fields go back to their former owners'] : [];
  return { ...shared, op: 'update', before, after, notes, steps };
}

type Shared = Omit<Extract<Change, { op: 'create' }>, 'op' | 'after' | 'notes' | 'steps'>;

function creation(
  shared: Shared,
  { after }: Extract<Undo, { do: 'create' }>,
  { replicaSets }: RollbackContext,
): Change {
  const orphans = replicaSets.filter((set) => controllerOf(set) === undefined);
  const { body, note } = adoptReplicas(after, after.kind === 'Deployment' ? orphans : []);
  const notes = ['comes back as a new object: its uid is another one', ...(note === undefined ? [] : [note])];
  return { ...shared, op: 'create', after: body, notes, steps: [{ do: 'restore', body }] };
}

function replacement(shared: Shared, { before, after }: Extract<Undo, { do: 'update' }>): Change {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _made,
    generation: _count,
    ...metadata
  } = after.metadata;
  const body: K8sObject = { ...after, metadata: { ...metadata, name: after.metadata.name } };
  return {
    ...shared,
    op: 'replace',
    before,
    after: body,
    immutable: ['spec.selector'],
    notes: [
      'gets its former selector back without downtime: deleted with its ReplicaSets left running, and created again at once',
    ],
    steps: [{ do: 'orphan' }, { do: 'restore', body }],
  };
}

function isReplaced(before: K8sObject, after: K8sObject): boolean {
  return (
    before.kind === 'Deployment' && !sameJson(valueAt(before, 'spec', 'selector'), valueAt(after, 'spec', 'selector'))
  );
}

/**
 * The mirror of a stage: what was done once the rest was in force is undone first, and what the rest rested on is undone last. What a run
 * created for others to use goes when they no longer do.
 */
function stageBack({ change, original }: ObjectHistory, undo: Undone): Stage {
  if (change.via !== undefined || change.stage === 'prepare') return 'settled';
  if (change.stage !== 'write') return 'prepare';
  return undo.do === 'delete' && original === undefined && change.phase === 'control-plane' ? 'clean-up' : 'write';
}

/** Back by the station that it came by, for what rests on it to go back meanwhile. */
function station({ change: { via }, original }: ObjectHistory, live: K8sObject): readonly Step[] {
  if (via === undefined || sameContents(live, stationed(via, live))) return [];
  if (original !== undefined && sameContents(live, original)) return [];
  const body = stationed(via, live);
  return [{ do: 'prepare', body, after: body }];
}

function stationed(via: K8sObject, live: K8sObject): K8sObject {
  return { ...via, apiVersion: live.apiVersion, metadata: live.metadata };
}

function withoutScale(object: K8sObject): K8sObject {
  if (!hasScale(object.kind)) return object;
  return { ...object, spec: withoutValue(objectAt(object.spec), ['replicas']) };
}

/**
 * ReplicaSets that nobody would control once a Deployment has its former selector back: the run's, whose pods would go on running.
 * @param left the Deployment as the run left it
 */
export function strandedSets(
  history: ObjectHistory,
  left: K8sObject | undefined,
  sets: readonly K8sObject[],
): readonly K8sObject[] {
  const { original } = history;
  if (history.ref.kind !== 'Deployment' || original === undefined || left === undefined) return [];
  const [theirs, former] = [left, original].map((one) => objectAt(valueAt(one, 'spec', 'selector')));
  if (theirs === undefined || former === undefined || sameJson(theirs, former)) return [];
  return sets.filter((set) => {
    const controller = controllerOf(set);
    const isOurs = controller === undefined || controller === history.ref.name;
    return isOurs && matchesSelector(theirs, labelsOf(set)) && !matchesSelector(former, labelsOf(set));
  });
}

/** Its pods go with it, once those of the former Deployment are there. */
export function orphanDeletion(set: K8sObject, resource: ApiResource, because: Reason): Change {
  return {
    ref: refOf(set),
    resource,
    phase: 'control-plane',
    stage: 'clean-up',
    because: [because],
    prediction: 'journal',
    conflicts: [],
    notes: [`uid ${uidOf(set) ?? ''}: only if no Deployment controls it by then`],
    op: 'delete',
    before: set,
    steps: [{ do: 'delete-orphan' }],
  };
}

/** CustomResourceDefinitions lose no version in which objects are stored. */
export function losesStoredVersion(live: K8sObject, after: K8sObject): string | undefined {
  const names = versionNames(after);
  return storedVersions(live).find((version) => !names.includes(version));
}

function storedVersions(definition: K8sObject): readonly string[] {
  const stored = valueAt(definition, 'status', 'storedVersions');
  return Array.isArray(stored) ? stored.map(String) : [];
}

function versionNames(definition: K8sObject): readonly string[] {
  const versions = valueAt(definition, 'spec', 'versions');
  const listed = Array.isArray(versions) ? versions.map((version) => String(valueAt(version, 'name'))) : [];
  return [...listed, String(valueAt(definition, 'spec', 'version') ?? '')];
}
