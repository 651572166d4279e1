import { ApiError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { apiVersionOf, type GroupVersion, parseApiVersion } from '../core/object.ts';
import type { ApiResource, ApiResources } from '../core/resources.ts';
import type { Ask } from './api-client.ts';
import { groupVersionPath } from './resource-path.ts';

export interface DiscoveryFailure {
  /** `metrics.k8s.io/v1beta1` */
  readonly groupVersion: string;
  readonly message: string;
}

/** What a server serves, and which group versions did not say: an aggregated API that is down hides only itself. */
export interface Discovered extends ApiResources {
  readonly failures: readonly DiscoveryFailure[];
}

/** Servers from 1.26 answer with everything at once, older ones with names only. */
const ACCEPT = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/**
 * @param groups ask for these only (the core group is the empty text); all of them when absent
 * @returns kinds in the server's order of preference: core first, then as it lists its groups, the preferred version of each first
 * @throws ApiError, UpgradeError when the server does not answer at all
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export async function discover(ask: Ask, groups?: readonly string[]): Promise<Discovered> {
  const roots = await Promise.all(['/api', '/apis'].map((path) => askRoot(ask, path)));
  const isWanted = ({ group }: GroupVersion): boolean => groups === undefined || groups.includes(group);
  const found = await Promise.all(roots.flatMap((root) => inRoot(ask, root, isWanted)));
  return { all: found.flatMap((one) => one.all), failures: found.flatMap((one) => one.failures) };
}

function askRoot(ask: Ask, path: string): Promise<Json> {
  return ask({ what: `discover ${path}`, safety: 'read', request: { method: 'GET', path, accept: ACCEPT } });
}

type Wanted = (groupVersion: GroupVersion) => boolean;

function inRoot(ask: Ask, root: Json, isWanted: Wanted): (Discovered | Promise<Discovered>)[] {
  if (valueAt(root, 'kind') === 'APIGroupDiscoveryList') return aggregated(root, isWanted);
  return groupVersionsOf(root)
    .filter(isWanted)
    .map((groupVersion) => askGroupVersion(ask, groupVersion));
}

/** The versions in `APIVersions` (`/api`) or `APIGroupList` (`/apis`). */
function groupVersionsOf(root: Json): readonly GroupVersion[] {
  const core = listAt(valueAt(root, 'versions')).map((version) => ({ group: '', version: stringAt(version) ?? '' }));
  const groups = listAt(valueAt(root, 'groups')).flatMap((group) => {
    const names = listAt(valueAt(group, 'versions')).map((version) => stringAt(valueAt(version, 'groupVersion')) ?? '');
    const preferred = stringAt(valueAt(group, 'preferredVersion', 'groupVersion'));
    const ordered = preferred === undefined ? names : [preferred, ...names.filter((name) => name !== preferred)];
    return ordered.map(parseApiVersion);
  });
  return [...core, ...groups];
}

async function askGroupVersion(ask: Ask, groupVersion: GroupVersion): Promise<Discovered> {
  const path = groupVersionPath(groupVersion);
  try {
    const list = await ask({ what: `discover ${path}`, safety: 'probe', request: { method: 'GET', path } });
    const all = listAt(valueAt(list, 'resources')).flatMap((entry) =>
      isObject(entry) ? listed(entry, groupVersion) : [],
    );
    return { all, failures: [] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A group that went away between two questions is not served: nothing failed.
    if (error.status === 404) return { all: [], failures: [] };
    return { all: [], failures: [{ groupVersion: apiVersionOf(groupVersion), message: error.message }] };
  }
}

/** One of `APIResourceList`; subresources have a slash in their name. */
function listed(entry: JsonObject, { group, version }: GroupVersion): readonly ApiResource[] {
  const [resource, kind] = [stringAt(entry.name), stringAt(entry.kind)];
  if (!resource || !kind || resource.includes('/')) return [];
  return [{ group, version, kind, resource, namespaced: entry.namespaced === true, verbs: textsAt(entry.verbs) }];
}

function aggregated(root: Json, isWanted: Wanted): Discovered[] {
  return listAt(valueAt(root, 'items')).flatMap((item) => {
    const group = stringAt(valueAt(item, 'metadata', 'name')) ?? '';
    return listAt(valueAt(item, 'versions'))
      .map((entry) => ({ entry, groupVersion: { group, version: stringAt(valueAt(entry, 'version')) ?? '' } }))
      .filter(({ groupVersion }) => isWanted(groupVersion))
      .map(({ entry, groupVersion }) => aggregatedVersion(entry, groupVersion));
  });
}

function aggregatedVersion(entry: Json, groupVersion: GroupVersion): Discovered {
  if (valueAt(entry, 'freshness') === 'Stale') {
    const message = 'the server behind it does not answer';
    return { all: [], failures: [{ groupVersion: apiVersionOf(groupVersion), message }] };
  }
  return {
    all: listAt(valueAt(entry, 'resources')).flatMap((resource) => served(resource, groupVersion)),
    failures: [],
  };
}

/** One of `APIGroupDiscoveryList`; a resource without a kind has only subresources. */
function served(entry: Json, { group, version }: GroupVersion): readonly ApiResource[] {
  const [resource, kind] = [stringAt(valueAt(entry, 'resource')), stringAt(valueAt(entry, 'responseKind', 'kind'))];
  if (!resource || !kind) return [];
  const namespaced = valueAt(entry, 'scope') === 'Namespaced';
  return [{ group, version, kind, resource, namespaced, verbs: textsAt(valueAt(entry, 'verbs')) }];
}

function textsAt(value: Json | undefined): readonly string[] {
  return listAt(value).flatMap((item) => stringAt(item) ?? []);
}
