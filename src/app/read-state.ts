import { ApiError } from '../core/errors.ts';
import type { ObjectRef } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResource, type ApiResources, servedVersions } from '../core/resources.ts';
import { type Snapshot, snapshotOf } from '../core/snapshot.ts';
import type { Cluster, ListQuery } from './ports.ts';

export interface ReadRequest {
  readonly resources: ApiResources;
  /** Objects to read one by one. */
  readonly objects: readonly { readonly ref: ObjectRef; readonly resource: ApiResource }[];
  readonly lists: readonly { readonly kind: Pick<ObjectRef, 'group' | 'kind'>; readonly query: ListQuery }[];
}

export interface ReadResult {
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
}

/**
 * Reads single objects and lists, all at once; what may not be read becomes a blocker that names it, and the rest is read all the same.
 * @throws UpgradeError when the server cannot be reached
 */
export async function readState(cluster: Cluster, { resources, objects, lists }: ReadRequest): Promise<ReadResult> {
  const problems: Problem[] = [];
  const single = objects.map(({ ref, resource }) => orProblem(problems, ref, () => cluster.get(resource, ref)));
  const listed = lists.map(async ({ kind, query }) => {
    const [resource] = servedVersions(resources, kind);
    return resource === undefined
      ? []
      : ((await orProblem(problems, undefined, () => collect(cluster.list(resource, query)))) ?? []);
  });
  const [fromLists, fromReads] = await Promise.all([Promise.all(listed), Promise.all(single)]);
  // What was read by itself was read in the version that will be applied, and wins over the same object from a list.
  const found = [...fromLists.flat(), ...fromReads.filter((object) => object !== undefined)];
  return { snapshot: snapshotOf(found), problems };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function orProblem<T>(
  problems: Problem[],
  ref: ObjectRef | undefined,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    problems.push({ id: 'may-not-read', severity: 'blocker', ref, message: error.message, hint: error.hint });
    return undefined;
  }
}
