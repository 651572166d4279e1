import { FIELD_MANAGER } from '../../../src/core/field-manager.ts';
import { canonicalJson } from '../../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../../src/core/object.ts';
import { STAGES, type Stage } from '../../../src/core/phase.ts';
import { find, type Snapshot } from '../../../src/core/snapshot.ts';
import type { Wish } from '../../../src/core/wish.ts';
import { fieldsOf } from '../../../src/fields/applied-fields.ts';
import { type FieldSet, union } from '../../../src/fields/field-set.ts';
import { ownedBy, withEntries } from '../../../src/fields/managed-fields.ts';
import { mergeApplied } from '../../../src/fields/merge.ts';
import { withoutFields } from '../../../src/fields/prune.ts';
import { foldWishes } from '../../../src/plan/fold-wishes.ts';

/** One write of a run: what is applied, what goes, and what has to be there. */
export interface Write {
  readonly stage: Stage;
  readonly body: K8sObject;
  readonly remove: FieldSet;
  readonly requires: readonly K8sObject[];
}

/** The writes of a run in its order: what goes through a station first, then stage by stage. */
export function writesOf(wishes: readonly Wish[]): readonly Write[] {
  const { desired } = foldWishes(wishes);
  return [
    ...desired.flatMap(({ via }) =>
      via === undefined ? [] : [{ stage: 'prepare', body: via, remove: {}, requires: [] } as const],
    ),
    ...STAGES.flatMap((stage) =>
      desired
        .filter((one) => one.stage === stage)
        .flatMap(({ set, remove = {}, requires = [] }) =>
          set === undefined ? [] : [{ stage, body: set, remove, requires }],
        ),
    ),
  ];
}

/**
 * The snapshot after one write, with the record of owners that server-side apply keeps; a new object is younger than all others.
 * @throws Error when something that the write rests on is not there with these contents
 */
export function written(snapshot: Snapshot, { body, remove, requires }: Write, time: number): Snapshot {
  for (const required of requires) {
    if (canonicalJson(find(snapshot, refOf(required))?.spec) !== canonicalJson(required.spec))
      throw new Error(`${refText(refOf(body))} rests on other contents of ${refText(refOf(required))}`);
  }
  const live = find(snapshot, refOf(body));
  const creationTimestamp = new Date(time).toISOString();
  const start: K8sObject = live ?? { ...body, metadata: { ...body.metadata, creationTimestamp } };
  const next = withoutFields(mergeApplied(start, body), remove);
  const fieldsV1 = union(ownedBy(start, FIELD_MANAGER, 'Apply'), fieldsOf(body));
  const owners = { manager: FIELD_MANAGER, operation: 'Apply', apiVersion: body.apiVersion } as const;
  const object = withEntries(next, [{ ...owners, fieldsType: 'FieldsV1', fieldsV1 }]);
  return { objects: new Map([...snapshot.objects, [refText(refOf(object)), object]]) };
}

/** A mesh after a write; before all writes there is no stage. */
export interface State {
  readonly mesh: Snapshot;
  readonly stage: Stage | undefined;
}

/** Every state of a mesh while wishes are carried out. */
export interface Way {
  /** The first and the last included. */
  readonly states: readonly State[];
  readonly end: Snapshot;
}

export function wayOf(start: Snapshot, wishes: readonly Wish[]): Way {
  const states: State[] = [{ mesh: start, stage: undefined }];
  let end = start;
  for (const [index, write] of writesOf(wishes).entries()) {
    end = written(end, write, Date.UTC(2019, 8, 1, 0, 0, index));
    states.push({ mesh: end, stage: write.stage });
  }
  return { states, end };
}

/** The objects without the server's record of who wrote them and when, as one text each. */
export function contentsOf({ objects }: Snapshot): ReadonlyMap<string, string> {
  return new Map(
    [...objects].map(([key, object]) => {
      const { managedFields: _owners, creationTimestamp: _age, ...metadata } = object.metadata;
      return [key, canonicalJson({ ...object, metadata })];
    }),
  );
}
