import type { JsonObject } from './json.ts';
import type { K8sObject, ObjectRef } from './object.ts';
import type { Phase, Stage } from './phase.ts';
import type { ApiResource } from './resources.ts';
import type { Reason } from './wish.ts';

/** One write, or the few that only make sense together. Field sets are in FieldsV1 notation. */
export type Step =
  /** Ownership of `fields` moves from `from` to us, and only that: no field changes, nothing rolls out. */
  | { readonly do: 'hand-over'; readonly from: readonly string[]; readonly fields: JsonObject }
  | { readonly do: 'apply'; readonly body: K8sObject }
  /** What the object is first, in stage `prepare`, whatever the change's own stage; the steps behind this one wait for that. */
  | { readonly do: 'prepare'; readonly body: K8sObject; readonly after: K8sObject }
  /** The object goes and its dependents stay, for the object that is created next to adopt them. */
  | { readonly do: 'orphan' }
  | { readonly do: 'create'; readonly body: K8sObject }
  | { readonly do: 'delete' }
  /** A ReplicaSet goes that the Deployment which replaced its own did not adopt. */
  | { readonly do: 'delete-orphan' }
  /** The object as it was once, and then its record of owners: all of it is in `body`. */
  | { readonly do: 'restore'; readonly body: K8sObject }
  /** Its pods are evicted one at a time, since a changed template replaces none of them. */
  | { readonly do: 'evict' }
  /** The whole object is written as it is shown, and nobody's ownership is looked at; what it was is kept on disk first. */
  | { readonly do: 'rewrite'; readonly body: K8sObject }
  /** The plan's one run of Helm for that release makes it so, with everything else that it makes. */
  | { readonly do: 'helm'; readonly release: string };

/** A field that somebody else owns and sets otherwise; it is left alone unless it is taken. */
export interface FieldConflict {
  readonly owner: string;
  /** `spec.template.spec.containers[name="discovery"].image` */
  readonly path: string;
  readonly taken: boolean;
}

/** An object that has to be there with these contents, whatever its metadata and status, before a change is carried out. */
export interface Requirement {
  readonly object: K8sObject;
  readonly resource: ApiResource;
}

/**
 * How `after` was found: `server` by the API server's dry-run, `memory` by this tool's own merge, where the server cannot say, `journal`
 * where it is what an earlier run found.
 */
export type Prediction = 'server' | 'memory' | 'journal';

/** Everything that an upgrade does to one object, as one difference and the steps that make it. */
export type Change = {
  readonly ref: ObjectRef;
  readonly resource: ApiResource;
  readonly phase: Phase;
  readonly stage: Stage;
  readonly because: readonly Reason[];
  readonly prediction: Prediction;
  readonly conflicts: readonly FieldConflict[];
  /** What was decided about this object and why, one sentence each. */
  readonly notes: readonly string[];
  readonly requires?: readonly Requirement[];
  readonly steps: readonly Step[];
} & (
  | { readonly op: 'create'; readonly after: K8sObject }
  | { readonly op: 'update'; readonly before: K8sObject; readonly after: K8sObject }
  | {
      readonly op: 'replace';
      readonly before: K8sObject;
      readonly after: K8sObject;
      readonly immutable: readonly string[];
    }
  | { readonly op: 'delete'; readonly before: K8sObject }
);

export type Op = Change['op'];

export function beforeOf(change: Change): K8sObject | undefined {
  return change.op === 'create' ? undefined : change.before;
}

export function afterOf(change: Change): K8sObject | undefined {
  return change.op === 'delete' ? undefined : change.after;
}

/** The Helm release whose run makes a change; undefined for one that is made by itself. */
export function helmReleaseOf({ steps }: Pick<Change, 'steps'>): string | undefined {
  return steps.find((step) => step.do === 'helm')?.release;
}

type Update = Extract<Change, { op: 'update' }>;
type Deletion = Extract<Change, { op: 'delete' }>;

/** The first half of a change that is carried out in two stages; undefined when it is carried out at once. */
export function preparation(change: Change): Extract<Change, { op: 'create' | 'update' }> | undefined {
  const step = change.steps.find((one) => one.do === 'prepare');
  if (step === undefined || change.op === 'replace') return undefined;
  const { body, after } = step;
  const { before, ...rest } = { before: undefined, ...change };
  const shared = { ...rest, stage: 'prepare', prediction: 'memory', after } as const;
  if (before === undefined) return { ...shared, op: 'create', steps: [{ do: 'create', body }] };
  if (goesBack(change)) return { ...shared, op: 'update', before, steps: [{ do: 'restore', body }] };
  const handOvers = change.steps.filter((one) => one.do === 'hand-over');
  return { ...shared, op: 'update', before, steps: [...handOvers, { do: 'apply', body }] };
}

/** Whether a change takes an earlier one back. */
function goesBack({ op, steps }: Change): boolean {
  return op === 'delete' || steps.some((step) => step.do === 'restore');
}

/**
 * The second half.
 * @param prepared the object as the first half left it
 */
export function completion(change: Change, prepared: K8sObject): Update | Deletion {
  const { requires: _requires, ...rest } = change;
  const steps = change.steps.filter((step) => step.do !== 'prepare' && step.do !== 'hand-over');
  if (rest.op === 'delete') return { ...rest, before: prepared, steps };
  return { ...rest, op: 'update', before: prepared, after: rest.after, steps };
}
