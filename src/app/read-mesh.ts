import type { Access } from '../core/access.ts';
import { UpgradeError, UpgradeErrors } from '../core/errors.ts';
import { kindText, labelsOf, type ObjectRef, parseApiVersion, refOf, refText } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import { type ApiResource, type ApiResources, servedVersions } from '../core/resources.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { TargetObject } from '../core/target.ts';
import type { Hop } from '../plan/hop.ts';
import { type Installed, reading } from '../plan/installed.ts';
import type { KindInPlace, Selection } from '../plan/later-reads.ts';
import { type Served, servedObject } from '../plan/served-object.ts';
import type { Cluster, ListQuery } from './ports.ts';
import { type ReadRequest, type ReadResult, readState } from './read-state.ts';

const ADMISSION = 'admissionregistration.k8s.io';
const WORKLOADS = ['Deployment', 'DaemonSet', 'ReplicaSet'].map((kind) => ({ group: 'apps', kind }));
const WEBHOOKS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
  group: ADMISSION,
  kind,
}));

const MESH_CONFIG = { group: '', kind: 'ConfigMap', name: 'istio' };

/** The API groups that planning asks a server about: the target's, those its kinds may have moved to, and where leftovers may lie. */
export function groupsOf(objects: readonly TargetObject[], hops: readonly Hop[]): readonly string[] {
  const groups = objects.map(({ object }) => parseApiVersion(object.apiVersion).group);
  const known = hops.flatMap((hop) =>
    [
      ...hop.retiredKinds,
      ...hop.broughtKinds,
      ...hop.configKinds,
      ...hop.checks.flatMap(({ reads }) => reads ?? []),
    ].map(({ group }) => group),
  );
  return [...new Set(['', 'apps', 'networking.k8s.io', 'policy', ADMISSION, ...groups, ...known])];
}

/**
 * The control plane's workloads, which tell what runs.
 * @throws UpgradeErrors when they may not be read: nothing can be said without them
 */
export async function readWorkloads(cluster: Cluster, resources: ApiResources, namespace: string): Promise<Snapshot> {
  const lists = WORKLOADS.flatMap((kind) => listOf(kind, { namespace }, resources));
  const { snapshot, problems } = await readState(cluster, { lists, objects: [] });
  if (problems.length === 0) return snapshot;
  throw new UpgradeErrors(problems.map(({ message, hint }) => new UpgradeError(message, { hint })));
}

/** What is read of every mesh, target or not. */
export function meshAccesses(istioNamespace: string): readonly Access[] {
  return [
    ...WORKLOADS.map((kind) => ({ ...kind, verbs: ['list'], namespace: istioNamespace })),
    ...WEBHOOKS.map((kind) => ({ ...kind, verbs: ['list'] })),
    { ...MESH_CONFIG, verbs: ['get'], namespace: istioNamespace, names: [MESH_CONFIG.name] },
  ];
}

/** What is read for a target: each of its objects, and what its release's label selects of their kinds and of the old release's. */
export function targetAccesses(
  installed: readonly Installed[],
  hops: readonly Hop[],
  istioNamespace: string,
): readonly Access[] {
  const retired = hops.flatMap((hop) => hop.retiredKinds);
  return [
    ...[...retired, ...installed].map(({ group, kind }) => ({
      group,
      kind,
      verbs: ['list'],
      namespace: istioNamespace,
    })),
    ...installed.map(reading),
  ];
}

export interface TargetReads {
  readonly resources: ApiResources;
  readonly target: readonly Served[];
  readonly hop: Hop;
  readonly istioNamespace: string;
  readonly phases: readonly Phase[];
  readonly isBack?: boolean | undefined;
}

/**
 * Everything else that planning looks at: the live object of each of the target's, leftovers of the release, admission webhooks, and for
 * phase `config` the users' configuration.
 */
export function targetRequest({ resources, target, hop, istioNamespace, phases, isBack }: TargetReads): ReadRequest {
  // What a CustomResourceDefinition of this very plan will serve cannot be read yet.
  const readable = target.filter(({ resource }) => resources.all.includes(resource));
  const objects = [
    ...readable.map(({ object, resource }) => ({ ref: refOf(object), resource })),
    ...meshConfigObject(resources, istioNamespace),
  ];
  return {
    objects: [...new Map(objects.map((one) => [refText(one.ref), one])).values()],
    lists: [
      ...webhookLists(resources),
      ...releaseLists({ resources, target: readable, hop, istioNamespace, isBack }),
      ...configLists(hop, resources, phases),
    ],
  };
}

/** The admission webhooks of the whole cluster. */
export function webhookLists(resources: ApiResources): ReadRequest['lists'] {
  return WEBHOOKS.flatMap((kind) => listOf(kind, {}, resources));
}

/** What the release's label selects among the kinds that either release installs: most of what is live, and its leftovers. */
function releaseLists({
  resources,
  target,
  hop,
  istioNamespace,
  isBack,
}: Omit<TargetReads, 'phases'>): ReadRequest['lists'] {
  const releases = [...new Set(target.flatMap(({ object }) => labelsOf(object).release ?? []))];
  const gone = isBack ? hop.broughtKinds : hop.retiredKinds;
  const retired = gone.flatMap((kind) => servedVersions(resources, kind).slice(0, 1));
  const kinds = new Map(
    [...retired, ...target.map(({ resource }) => resource)].map((resource) => [kindText(resource), resource]),
  );
  if (releases.length === 0) return [];
  const labelSelector = `release in (${releases.join(',')})`;
  return [...kinds.values()].map((resource) => ({
    resource,
    query: { labelSelector, ...(resource.namespaced ? { namespace: istioNamespace } : {}) },
  }));
}

/** Whether a phase depends on users' configuration: to change it, or to tell what becomes of it. */
export function readsConfiguration(phase: Phase): boolean {
  return phase === 'config' || phase === 'control-plane';
}

/** Users' configuration is known from these lists alone: without one of them nothing in it can be migrated. */
function configLists(hop: Hop, resources: ApiResources, phases: readonly Phase[]): ReadRequest['lists'] {
  if (!phases.some(readsConfiguration)) return [];
  const isEssential = phases.includes('config');
  return hop.configKinds.flatMap((kind) => listOf(kind, {}, resources)).map((list) => ({ ...list, isEssential }));
}

/** Lists of which it is not known beforehand whether they are read. */
export function laterAccesses(kinds: readonly KindInPlace[], istioNamespace: string): readonly Access[] {
  return kinds.map(({ group, kind, namespace }) => ({
    group,
    kind,
    verbs: ['list'],
    namespace: namespace === undefined ? undefined : istioNamespace,
  }));
}

/** What only what was read before leads to. */
export function readBesides(
  cluster: Cluster,
  selections: readonly Selection[],
  resources: ApiResources,
): Promise<ReadResult> {
  const lists = selections.flatMap(({ group, kind, namespace, ...which }) =>
    listOf({ group, kind }, { namespace, ...selectorOf(which) }, resources),
  );
  return readState(cluster, { lists, objects: [] });
}

function selectorOf(
  which: { readonly labels: Readonly<Record<string, string>> } | { readonly name: string },
): Pick<ListQuery, 'labelSelector' | 'fieldSelector'> {
  if ('name' in which) return { fieldSelector: `metadata.name=${which.name}` };
  return {
    labelSelector: Object.entries(which.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  };
}

/** Where the mesh configuration is. */
export function meshConfigObject(resources: ApiResources, istioNamespace: string): ReadRequest['objects'] {
  const ref = { ...MESH_CONFIG, namespace: istioNamespace };
  return servedVersions(resources, ref).map((resource) => ({ ref, resource }));
}

/** The list of a kind in the version that the server prefers; none where it serves none. */
export function listOf(kind: Pick<ObjectRef, 'group' | 'kind'>, query: ListQuery, resources: ApiResources) {
  return servedVersions(resources, kind)
    .slice(0, 1)
    .map((resource: ApiResource) => ({ resource, query }));
}

/**
 * Every object of the target in a version that the server serves.
 * @throws UpgradeErrors with every object that it does not
 */
export function servedAll(
  objects: readonly TargetObject[],
  resources: ApiResources,
  istioNamespace: string,
): readonly Served[] {
  const errors: UpgradeError[] = [];
  const all: Served[] = [];
  for (const object of objects) {
    try {
      all.push(servedObject(object, resources, istioNamespace));
    } catch (error) {
      if (!(error instanceof UpgradeError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new UpgradeErrors(errors);
  return all;
}
