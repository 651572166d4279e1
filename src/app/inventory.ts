import type { Access } from '../core/access.ts';
import { ApiError } from '../core/errors.ts';
import { type K8sObject, kindText, labelsOf, type ObjectRef, refOf, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import type { StatusInputs } from '../mesh/mesh-status.ts';
import { type PodGroup, podInventory } from '../mesh/pod-inventory.ts';
import type { PodRole } from '../mesh/pod-sidecar.ts';
import { type Injector, injectionWebhooks, injectorConfigOf } from '../mesh/webhook-decision.ts';
import { MADE_BY_OTHERS } from '../mesh/workload-key.ts';
import { ownersToRead, type Templates } from '../mesh/workload-members.ts';
import { type WorkloadTemplate, workloadTemplateOf } from '../mesh/workload-template.ts';
import type { Cluster, ListQuery } from './ports.ts';
import type { Server } from './server.ts';

export interface InventoryRequest {
  readonly istioNamespace: string;
  /** Of the data plane; all of them when absent. */
  readonly namespace: string | undefined;
  /** Which pods of the data plane count. */
  readonly labelSelector: string | undefined;
}

/** Everything that a status is made of. */
export interface Inventory {
  readonly server: Server;
  readonly inputs: StatusInputs;
  readonly problems: readonly Problem[];
}

const ADMISSION = 'admissionregistration.k8s.io';
/** The API groups of what is read. */
export const INVENTORY_GROUPS: readonly string[] = ['', 'apps', 'batch', ADMISSION];
const POD = { group: '', kind: 'Pod' };
const NAMESPACE = { group: '', kind: 'Namespace' };
const WORKLOADS = [
  { group: 'apps', kind: 'Deployment' },
  { group: 'apps', kind: 'StatefulSet' },
  { group: 'apps', kind: 'DaemonSet' },
  { group: 'batch', kind: 'CronJob' },
];

const INJECTION = { group: ADMISSION, kind: 'MutatingWebhookConfiguration' };
const CONFIG_MAP = { group: '', kind: 'ConfigMap' };
const INJECTOR = 'istio-sidecar-injector';

type Kind = Pick<ObjectRef, 'group' | 'kind'>;

/** What is read for an inventory. */
export function inventoryAccesses(istioNamespace: string): readonly Access[] {
  return [
    ...[POD, INJECTION, ...WORKLOADS, ...MADE_BY_OTHERS].map((kind) => ({ ...kind, verbs: ['list'] })),
    { ...NAMESPACE, verbs: ['get', 'list'] },
    { ...CONFIG_MAP, verbs: ['get'], namespace: istioNamespace, names: [INJECTOR] },
  ];
}

/** What the parts of one reading share. */
interface Reading {
  readonly request: InventoryRequest;
  readonly cluster: Cluster;
  readonly resources: ApiResources;
  /** Filled while reading. */
  readonly problems: Problem[];
}

/**
 * What a status is made of. Pods are counted as they come, page by page.
 * @throws UpgradeError when the server cannot be reached
 */
export async function readInventory(request: InventoryRequest, cluster: Cluster, server: Server): Promise<Inventory> {
  const { istioNamespace, namespace, labelSelector } = request;
  const problems: Problem[] = [];
  const reading = { request, cluster, resources: server.resources, problems };
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
    // The control plane's pods were all counted, those of other workloads only as far as they were asked for.
    isShownWithoutPods: (ref, role) =>
      (role !== 'workload' && ref.namespace === istioNamespace) ||
      (labelSelector === undefined && (namespace ?? ref.namespace) === ref.namespace),
  };
  return { server, inputs, problems };
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
