import { type Change, completion, preparation } from '../core/change.ts';
import { objectAt, sameJson } from '../core/json.ts';
import { LAST_APPLIED, lastAppliedOf } from '../core/last-applied.ts';
import { annotationsOf, type K8sObject } from '../core/object.ts';
import { type Phase, STAGES } from '../core/phase.ts';
import type { Plan } from '../core/plan.ts';
import { normalise } from '../diff/normalise.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import { difference } from '../fields/field-set.ts';
import { withoutFields } from '../fields/prune.ts';
import { withoutKept } from '../plan/kept-fields.ts';
import { manifestToApply, manifestToCreate } from '../plan/kubectl-apply.ts';
import { lastAppliedText } from '../plan/last-applied.ts';

/** An object that kubectl writes, and how. */
export interface KubectlWrite {
  readonly do: 'apply' | 'create' | 'replace';
  readonly object: K8sObject;
}

/** One thing that kubectl does to one object, and where in the order of the plan. */
export type KubectlStep = Pick<Change, 'ref' | 'resource' | 'stage'> & { readonly change: Change } & (
    | KubectlWrite
    /** `orphan`: its dependents stay, for the object that is created next to adopt them. */
    | { readonly do: 'delete' | 'orphan' }
    /** A Secret: its values are for no file. */
    | { readonly do: 'by-hand' }
  );

/**
 * A phase of a plan as what kubectl has to do, in the order in which it is done: for those who apply it themselves, or commit it.
 *
 * Where `kubectl apply` gets there, by the manifest that its record of the object shall hold; else the whole object replaces the live one.
 */
export function kubectlSteps({ changes }: Plan, phase: Phase): readonly KubectlStep[] {
  const own = changes.filter((change) => change.phase === phase);
  const prepared = new Map<Change, K8sObject>();
  const first = own.flatMap((change) => {
    const half = preparation(change);
    if (half === undefined) return [];
    const steps = stepsOf(half);
    prepared.set(change, leftBy(steps, half.after));
    return steps.map((step) => ({ ...step, change }));
  });
  const rest = STAGES.flatMap((stage) => own.filter((change) => change.stage === stage)).flatMap((change) => {
    const live = prepared.get(change);
    return stepsOf(live === undefined ? change : completion(change, live)).map((step) => ({ ...step, change }));
  });
  return [...first, ...rest];
}

function stepsOf(change: Change): readonly KubectlStep[] {
  const { ref, resource, stage } = change;
  const shared = { ref, resource, stage, change };
  if (change.op === 'delete') return [{ ...shared, do: 'delete' }];
  if (ref.kind === 'Secret' && ref.group === '') return [{ ...shared, do: 'by-hand' }];
  switch (change.op) {
    case 'create':
      return [{ ...shared, ...creation(change) }];
    case 'replace':
      return [
        { ...shared, do: 'orphan' },
        { ...shared, ...creation(change) },
      ];
    case 'update':
      return [{ ...shared, ...update(change) }];
  }
}

function creation(change: Extract<Change, { op: 'create' | 'replace' }>): KubectlWrite {
  const step = change.steps.find((one) => one.do === 'create' || one.do === 'apply');
  const body = step !== undefined && 'body' in step ? step.body : change.after;
  if (lastAppliedOf(body) === undefined) return { do: 'apply', object: withoutAllocated(change.after, body) };
  const manifest = manifestToCreate(body, isSame);
  if (manifest !== undefined) return { do: 'apply', object: asWritten(manifest) };
  return { do: 'create', object: withoutAllocated(change.after, body) };
}

/** kubectl's record of a manifest without annotations has an empty map of them. */
function asWritten(manifest: K8sObject): K8sObject {
  const { annotations, ...metadata } = manifest.metadata;
  const isEmpty = Object.keys(objectAt(annotations)).length === 0;
  return isEmpty ? { ...manifest, metadata: { ...metadata, name: manifest.metadata.name } } : manifest;
}

function update({ before, after }: Extract<Change, { op: 'update' }>): KubectlWrite {
  const manifest = manifestToApply(before, after, isSame);
  return manifest === undefined
    ? { do: 'replace', object: normalise(after) }
    : { do: 'apply', object: asWritten(manifest) };
}

function isSame(a: K8sObject, b: K8sObject): boolean {
  return sameJson(normalise(a), normalise(b));
}

/** A new object gets its addresses and certificates anew. */
function withoutAllocated(after: K8sObject, body: K8sObject): K8sObject {
  const clean = normalise(after);
  const all = fieldsOf(clean);
  const allocated = difference(all, withoutKept(after.kind, all));
  return withoutFields(clean, difference(allocated, fieldsOf(body)));
}

/** The object with the record that kubectl leaves. */
function leftBy(steps: readonly KubectlStep[], after: K8sObject): K8sObject {
  const [step] = steps;
  const { [LAST_APPLIED]: _old, ...annotations } = annotationsOf(after);
  const record = step?.do === 'apply' ? { [LAST_APPLIED]: lastAppliedText(step.object) } : {};
  return { ...after, metadata: { ...after.metadata, annotations: { ...annotations, ...record } } };
}
