import { ApiError } from '../core/errors.ts';
import { apiVersionOf, kindText, type ObjectRef, refOf, refText } from '../core/object.ts';
import type { Problem, Severity } from '../core/problem.ts';
import type { ApiResource } from '../core/resources.ts';
import { type Snapshot, snapshotOf } from '../core/snapshot.ts';
import type { Cluster, ListQuery } from './ports.ts';

export interface ReadRequest {
  readonly lists: readonly ListRequest[];
  /** Objects that have to be in the result, in the version of their resource; read one by one where no list had them. */
  readonly objects: readonly { readonly ref: ObjectRef; readonly resource: ApiResource }[];
}

export interface ListRequest {
  readonly resource: ApiResource;
  readonly query: ListQuery;
  /** What cannot be planned without it is in no other part of the request. */
  readonly isEssential?: boolean;
  /** That it may not be read is no problem; it is in `unread`. */
  readonly isOptional?: boolean;
}

export interface ReadResult {
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
  /** Kinds of which a list may not be read, as `kindText` writes them. */
  readonly unread: ReadonlySet<string>;
}

/**
 * Reads lists, each once, then what they did not have; a list is one request for many objects. What may not be read is a problem that names it (an
 * object or an essential list: a blocker; any other list: a warning, since its objects are read one by one then), and the rest is read all the same.
 * @throws UpgradeError when the server cannot be reached
 */
export async function readState(cluster: Cluster, { lists, objects }: ReadRequest): Promise<ReadResult> {
  const problems: Problem[] = [];
  const unread = new Set<string>();
  const listed = await Promise.all(
    eachOnce(lists).map(({ resource, query, isEssential, isOptional }) =>
      unlessForbidden(
        () => collect(cluster.list(resource, query)),
        (error) => {
          unread.add(kindText(resource));
          if (!isOptional) refused(problems, 'may-not-list', isEssential ? 'blocker' : 'warning')(error);
        },
      ),
    ),
  );
  const found = new Map(
    listed.flatMap((list) => list ?? []).map((object) => [keyOf(refOf(object), object.apiVersion), object]),
  );
  const missing = objects.filter(({ ref, resource }) => !found.has(keyOf(ref, apiVersionOf(resource))));
  const read = await Promise.all(
    missing.map(({ ref, resource }) =>
      unlessForbidden(() => cluster.get(resource, ref), refused(problems, 'may-not-read', 'blocker', ref)),
    ),
  );
  // The same object may be there in two versions; the one that will be applied has to win.
  const wanted = objects.flatMap(({ ref, resource }) => found.get(keyOf(ref, apiVersionOf(resource))) ?? []);
  const singles = read.filter((object) => object !== undefined);
  return { snapshot: snapshotOf([...found.values(), ...wanted, ...singles]), problems, unread };
}

/** Of lists that are asked for twice the stricter demand counts; bare metadata comes first, for whole objects to take its place. */
function eachOnce(lists: readonly ListRequest[]): readonly ListRequest[] {
  const once = new Map<string, ListRequest>();
  for (const list of lists) {
    const { namespace, labelSelector, fieldSelector, isMetadataOnly } = list.query;
    const key = JSON.stringify([
      apiVersionOf(list.resource),
      list.resource.kind,
      namespace,
      labelSelector,
      fieldSelector,
      isMetadataOnly,
    ]);
    const { isEssential = false, isOptional = true } = once.get(key) ?? {};
    once.set(key, {
      ...list,
      isEssential: isEssential || list.isEssential === true,
      isOptional: isOptional && list.isOptional === true,
    });
  }
  return [...once.values()].sort(
    (a, b) => Number(b.query.isMetadataOnly ?? false) - Number(a.query.isMetadataOnly ?? false),
  );
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function unlessForbidden<T>(read: () => Promise<T>, refuse: (error: ApiError) => void): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    refuse(error);
    return undefined;
  }
}

function refused(problems: Problem[], id: string, severity: Severity, ref?: ObjectRef): (error: ApiError) => void {
  return ({ message, hint }) => problems.push({ id, severity, ref, message, hint });
}

function keyOf(ref: ObjectRef, apiVersion: string): string {
  return `${apiVersion} ${refText(ref)}`;
}
