import type { Access } from '../core/access.ts';
import { ApiError } from '../core/errors.ts';
import { type K8sObject, kindText, labelsOf, type ObjectRef, refOf, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import type { IstioVersion } from '../core/version.ts';
import { type MeshStatus, meshStatus, type StatusInputs } from '../mesh/mesh-status.ts';
import { type PodGroup, podInventory } from '../mesh/pod-inventory.ts';
import type { PodRole } from '../mesh/pod-sidecar.ts';
import { statusProblems } from '../mesh/status-problems.ts';
import { type Injector, injectionWebhooks, injectorConfigOf } from '../mesh/webhook-decision.ts';
import { MADE_BY_OTHERS } from '../mesh/workload-key.ts';
import { ownersToRead, type Templates } from '../mesh/workload-members.ts';
import { type WorkloadTemplate, workloadTemplateOf } from '../mesh/workload-template.ts';
import { askPilot, pilotAccess } from './pilot-version.ts';
import type { Cluster, ListQuery } from './ports.ts';

export type { ImageCount } from '../mesh/image-counts.ts';
export type { ControlPlanePart } from '../mesh/mesh-status.ts';
export type { Injection, WorkloadStatus } from '../mesh/workload-status.ts';

export const STATUS_SCHEMA = 'istio-upgrade/status/v1';

export interface StatusRequest {
  readonly istioNamespace: string;
  /** Of the data plane; all of them when absent. */
  readonly namespace: string | undefined;
  /** Which pods of the data plane count. */
  readonly labelSelector: string | undefined;
  /** The release that sidecars are held against; Pilot's when absent. */
  readonly against?: IstioVersion | undefined;
}

/** What runs where, and what could not be read or looks wrong. */
export interface Status {
  readonly schema: typeof STATUS_SCHEMA;
  readonly cluster: { readonly address: string; readonly version: string };
  readonly mesh: MeshStatus;
  readonly problems: readonly Problem[];
}

const ADMISSION = 'admissionregistration.k8s.io';
const INJECTION = { group: ADMISSION, kind: 'MutatingWebhookConfiguration' };
const CONFIG_MAP = { group: '', kind: 'ConfigMap' };
const INJECTOR = 'istio-sidecar-injector';
const GROUPS = ['', 'apps', 'batch', ADMISSION];
const POD = { group: '', kind: 'Pod' };
const NAMESPACE = { group: '', kind: 'Namespace' };
const WORKLOADS = [
  { group: 'apps', kind: 'Deployment' },
  { group: 'apps', kind: 'StatefulSet' },
  { group: 'apps', kind: 'DaemonSet' },
  { group: 'batch', kind: 'CronJob' },
];

type Kind = Pick<ObjectRef, 'group' | 'kind'>;

/** What is read for a status. */
export function statusAccesses(istioNamespace: string): readonly Access[] {
  return [
    ...[POD, INJECTION, ...WORKLOADS, ...MADE_BY_OTHERS].map((kind) => ({ ...kind, verbs: ['list'] })),
    { ...NAMESPACE, verbs: ['get', 'list'] },
    { ...CONFIG_MAP, verbs: ['get'], namespace: istioNamespace, names: [INJECTOR] },
    pilotAccess(istioNamespace),
  ];
}

/** What the parts of one reading share. */
interface Reading {
  readonly request: StatusRequest;
  readonly cluster: Cluster;
  readonly resources: ApiResources;
  /** Filled while reading. */
  readonly problems: Problem[];
}

/**
 * The mesh at a glance, from its pods. They are counted as they come, page by page. What may not be read is a problem, and the rest is told.
 * @throws UpgradeError when the server cannot be reached
 */
export async function readStatus(request: StatusRequest, cluster: Cluster): Promise<Status> {
  const [version, resources] = await Promise.all([cluster.version(), cluster.discover(GROUPS)]);
  const { istioNamespace, namespace, labelSelector } = request;
  const problems: Problem[] = [];
  const reading = { request, cluster, resources, problems };
  const [groups, templates, injector] = await Promise.all([
    readPods(reading),
    readTemplates(reading),
    readInjector(reading),
  ]);
  const made = await readMade(ownersToRead(groups, templates), reading);
  const inputs: StatusInputs = {
    istioNamespace,
    groups,
    templates,
    made,
    injector,
    against: request.against,
    // The control plane's pods were all counted, those of other workloads only as far as they were asked for.
    isShownWithoutPods: (ref, role) =>
      (role !== 'workload' && ref.namespace === istioNamespace) ||
      (labelSelector === undefined && (namespace ?? ref.namespace) === ref.namespace),
  };
  const mesh = await withToldVersion(inputs, cluster);
  return {
    schema: STATUS_SCHEMA,
    cluster: { address: cluster.address, version },
    mesh,
    problems: [...problems, ...statusProblems(mesh)],
  };
}

/** Where the images of Pilot do not tell its release, it is asked. */
async function withToldVersion(inputs: StatusInputs, cluster: Cluster): Promise<MeshStatus> {
  const mesh = meshStatus(inputs);
  if (mesh.version !== undefined || mesh.components.length === 0) return mesh;
  const told = await askPilot(cluster, inputs.istioNamespace);
  return told === undefined ? mesh : meshStatus({ ...inputs, told });
}

/** What else is wrong with the control plane, planning and checks tell by themselves. */
export function isAboutReading({ id }: Problem): boolean {
  return id === 'may-not-list' || id === 'may-not-read';
}

/** The control plane's pods and those of the data plane that were asked for: one list when they are the same. */
async function readPods(reading: Reading): Promise<readonly PodGroup[]> {
  const { istioNamespace, namespace, labelSelector } = reading.request;
  const counted = async (query: ListQuery, isWanted?: (role: PodRole, namespace: string) => boolean) => {
    const inventory = podInventory(istioNamespace, isWanted);
    await readList(POD, query, { reading, use: inventory.add });
    return inventory.groups();
  };
  const isOneList = labelSelector === undefined && (namespace ?? istioNamespace) === istioNamespace;
  if (isOneList) return counted({ namespace });
  const both = await Promise.all([
    counted({ namespace: istioNamespace }, (role) => role !== 'workload'),
    counted({ namespace, labelSelector }, (role, where) => role === 'workload' || where !== istioNamespace),
  ]);
  return both.flat();
}

async function readTemplates(reading: Reading): Promise<Templates> {
  const { istioNamespace, namespace } = reading.request;
  const places = namespace === undefined ? [undefined] : [...new Set([namespace, istioNamespace])];
  const templates = new Map<string, WorkloadTemplate>();
  const use = keepTemplates(templates, istioNamespace);
  const lists = places.flatMap((place) =>
    WORKLOADS.map((kind) => readList(kind, { namespace: place }, { reading, use })),
  );
  await Promise.all(lists);
  return templates;
}

function keepTemplates(templates: Map<string, WorkloadTemplate>, istioNamespace: string): (object: K8sObject) => void {
  return (object) => {
    const template = workloadTemplateOf(object, istioNamespace);
    templates.set(refText(template.ref), template);
  };
}

/** Only where something is not clear without them: old ReplicaSets and finished Jobs can outnumber everything else. */
async function readMade(owners: readonly ObjectRef[], reading: Reading): Promise<Templates> {
  const { istioNamespace, namespace } = reading.request;
  const wanted = new Set(owners.map(refText));
  const made = new Map<string, WorkloadTemplate>();
  const keep = keepTemplates(made, istioNamespace);
  const use = (object: K8sObject): void => {
    if (wanted.has(refText(refOf(object)))) keep(object);
  };
  const kinds = [...new Map(owners.map((owner) => [kindText(owner), owner])).values()];
  const places = namespace === undefined ? [undefined] : [...new Set(owners.map((owner) => owner.namespace))];
  await Promise.all(
    places.flatMap((place) => kinds.map((kind) => readList(kind, { namespace: place }, { reading, use }))),
  );
  return made;
}

async function readInjector(reading: Reading): Promise<Injector> {
  const { istioNamespace, namespace } = reading.request;
  const webhooks: K8sObject[] = [];
  const namespaces = new Map<string, Readonly<Record<string, string>>>();
  const [configMap, mayListWebhooks] = await Promise.all([
    readOne({ ...CONFIG_MAP, namespace: istioNamespace, name: INJECTOR }, reading),
    readList(INJECTION, {}, { reading, use: (one) => webhooks.push(one) }),
    namespace === undefined
      ? readList(NAMESPACE, {}, { reading, use: (one) => namespaces.set(one.metadata.name, labelsOf(one)) })
      : readOne({ ...NAMESPACE, namespace: '', name: namespace }, reading).then(
          (one) => one && namespaces.set(namespace, labelsOf(one)),
        ),
  ]);
  return {
    webhooks: mayListWebhooks ? injectionWebhooks(webhooks, istioNamespace) : undefined,
    config: injectorConfigOf(configMap),
    namespaces,
  };
}

interface Use {
  readonly reading: Reading;
  readonly use: (object: K8sObject) => void;
}

/** @returns false when it may not be listed, which is then a problem */
async function readList(kind: Kind, query: ListQuery, { reading, use }: Use): Promise<boolean> {
  const { cluster, resources, problems } = reading;
  const [resource] = servedVersions(resources, kind);
  if (resource === undefined) return true;
  const read = async (): Promise<void> => {
    for await (const object of cluster.list(resource, query)) use(object);
  };
  const instead = resource.namespaced && query.namespace === undefined ? 'name a namespace with -n' : undefined;
  return unlessForbidden(read, { problems, id: 'may-not-list', instead });
}

async function readOne(ref: ObjectRef, { cluster, resources, problems }: Reading): Promise<K8sObject | undefined> {
  const [resource] = servedVersions(resources, ref);
  let found: K8sObject | undefined;
  if (resource !== undefined)
    await unlessForbidden(
      async () => {
        found = await cluster.get(resource, ref);
      },
      { problems, id: 'may-not-read', instead: undefined },
    );
  return found;
}

interface Refusal {
  readonly problems: Problem[];
  readonly id: string;
  /** What can be done without the right. */
  readonly instead: string | undefined;
}

async function unlessForbidden(read: () => Promise<void>, { problems, id, instead }: Refusal): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    const hints = [error.hint, instead].filter((hint) => hint !== undefined);
    problems.push({ id, severity: 'warning', message: error.message, hint: hints.join(', or ') || undefined });
    return false;
  }
}
