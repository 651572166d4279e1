import type { ListQuery } from '../app/ports.ts';
import { awaitedLater } from '../core/awaited-later.ts';
import { ApiError, UpgradeError } from '../core/errors.ts';
import { isObject, type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import { apiVersionOf, isK8sObject, type K8sObject, kindText, uidOf } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { Ask } from './api-client.ts';
import { collectionPath, withQuery } from './resource-path.ts';
import type { Request } from './transport.ts';

const PAGE = '500';
// The whole list where a server does not know the form: its items are cut down here then.
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
// Of built-in kinds the metadata come before the items; of others the token is known once all is parsed.
const CONTINUED = /^\{"kind":"\w+","apiVersion":"[\w./]+","metadata":\{[^{}]*"continue":"([\w=+/-]+)"/;
/** A list that expires again and again is longer than the server's memory: then it is asked for in one piece. */
const PAGED_ATTEMPTS = 3;

/**
 * Every object of a list, page by page: memory holds the one that is looked at and the next one, which the server makes meanwhile. When it
 * forgets the list in between (410), it is read again from the start, without the objects that came already.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export async function* listAll(ask: Ask, resource: ApiResource, query: ListQuery = {}): AsyncGenerator<K8sObject> {
  const seen = new Set<string>();
  for (let attempt = 1; ; attempt++) {
    const limit = attempt > PAGED_ATTEMPTS ? undefined : PAGE;
    try {
      yield* unseen(pages(ask, resource, { ...query, limit }), seen);
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 410 || limit === undefined) throw error;
    }
  }
}

interface PagedQuery extends ListQuery {
  readonly limit: string | undefined;
}

async function* pages(ask: Ask, resource: ApiResource, query: PagedQuery): AsyncGenerator<K8sObject> {
  const { isMetadataOnly } = query;
  const what = `list ${kindText(resource)}${query.namespace ? ` in ${query.namespace}` : ''}`;
  const askFor: AskFor = (next, onText) =>
    ask({ what, safety: 'read', request: pageRequest(resource, query, next), onText });
  let coming: Promise<Page> | undefined = pageFrom(askFor, { next: undefined, isNext: Promise.resolve() });
  while (coming !== undefined) {
    const page: Page = await coming;
    for (const item of page.items) yield complete(what, resource, isMetadataOnly ? metadataOf(item) : item);
    page.isUsedUp();
    coming = page.following;
  }
}

type AskFor = (next: string | undefined, onText: (text: string) => Promise<void>) => Promise<Json>;

interface Page {
  readonly items: readonly Json[];
  readonly isUsedUp: () => void;
  readonly following: Promise<Page> | undefined;
}

/**
 * One page, and the next one, which the server makes while this one is parsed and looked at.
 * @param isNext resolved when the page before is used up: no more than one is parsed ahead
 */
async function pageFrom(
  askFor: AskFor,
  { next, isNext }: { readonly next: string | undefined; readonly isNext: Promise<void> },
): Promise<Page> {
  const { promise: isUsed, resolve: isUsedUp } = Promise.withResolvers<void>();
  const asked = new Map<string, Promise<Page>>();
  const follow = (token: string): Promise<Page> => {
    const page = asked.get(token) ?? awaitedLater(pageFrom(askFor, { next: token, isNext: isUsed }));
    asked.set(token, page);
    return page;
  };
  const body = await askFor(next, async (text) => {
    await isNext;
    const [, token] = CONTINUED.exec(text) ?? [];
    if (token === undefined) return;
    follow(token);
    // It leaves before parsing begins.
    await new Promise((resolve) => setImmediate(resolve));
  });
  const token = stringAt(valueAt(body, 'metadata', 'continue'));
  return { items: listAt(valueAt(body, 'items')), isUsedUp, following: token ? follow(token) : undefined };
}

function pageRequest(resource: ApiResource, query: PagedQuery, next: string | undefined): Request {
  const { namespace, labelSelector, fieldSelector, isMetadataOnly, limit } = query;
  const path = withQuery(collectionPath(resource, namespace), { limit, continue: next, labelSelector, fieldSelector });
  return { method: 'GET', path, accept: isMetadataOnly ? METADATA_ONLY : undefined };
}

async function* unseen(objects: AsyncIterable<K8sObject>, seen: Set<string>): AsyncGenerator<K8sObject> {
  for await (const object of objects) {
    const uid = uidOf(object);
    if (uid !== undefined) {
      if (seen.has(uid)) continue;
      seen.add(uid);
    }
    yield object;
  }
}

/** Such items say that they are metadata, not of what. */
function metadataOf(item: Json): Json {
  return { metadata: valueAt(item, 'metadata') ?? null };
}

/** The items of a list do not say what they are. */
function complete(what: string, resource: ApiResource, item: Json): K8sObject {
  const named = isObject(item) ? { apiVersion: apiVersionOf(resource), kind: resource.kind, ...item } : item;
  if (isK8sObject(named)) return named;
  throw new UpgradeError(
    `${what}: the answer holds something that is not an object: ${JSON.stringify(item).slice(0, 80)}`,
  );
}
