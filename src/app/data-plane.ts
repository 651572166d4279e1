import type { Access } from '../core/access.ts';
import { ApiError } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refOf, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { readinessOf } from '../core/readiness.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import { find } from '../core/snapshot.ts';
import type { Target } from '../core/target.ts';
import { type IstioVersion, versionText } from '../core/version.ts';
import type { Reinjection } from '../injection/reinject.ts';
import { type DataPlane, needsReinjection } from '../mesh/data-plane.ts';
import { timesRestarted } from '../mesh/restart-mark.ts';
import type { WorkloadStatus } from '../mesh/workload-status.ts';
import { sidecarFault } from './check-sidecars.ts';
import { evictionAccesses } from './evictor.ts';
import { injectionMapsIn, mapAccess, readInjectionMaps } from './injection-maps.ts';
import { endpointsAccess, injectorAddresses } from './injector-endpoints.ts';
import type { Cluster } from './ports.ts';
import { listOf } from './read-mesh.ts';
import { type ReadRequest, readState } from './read-state.ts';
import { type ReinjectionRequest, type Reinjections, reinjectAll } from './reinjection.ts';
import { isAboutReading, readStatus, type Status } from './status.ts';
import { podsOf } from './workload-pods.ts';

/** Which workloads phase `data-plane` is about. */
export interface DataPlaneRequest {
  /** All of them when undefined. */
  readonly namespace: string | undefined;
  readonly labelSelector: string | undefined;
  /** Pods that their controller does not replace are evicted. */
  readonly evicts: boolean;
  readonly reinjection: ReinjectionRequest;
}

export interface DataPlaneRead {
  readonly dataPlane: DataPlane;
  readonly problems: readonly Problem[];
}

export interface DataPlaneInputs {
  readonly cluster: Cluster;
  readonly resources: ApiResources;
  /** The server's version. */
  readonly kubernetes: string;
  readonly istioNamespace: string;
  /** The release that sidecars shall be of. */
  readonly version: IstioVersion;
  /** The manifests whose ConfigMaps will be in force when workloads are changed; undefined where those in the cluster stay. */
  readonly next: Target | undefined;
  /** The status of all namespaces, held against `version`: pods are read once where all of them were asked for. */
  readonly everywhere: Promise<Status>;
}

// What is rolled out, or evicted, by this tool.
const CHANGEABLE = ['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({ group: 'apps', kind }));
// What else is injected anew.
const INJECTABLE = [{ group: 'batch', kind: 'CronJob' }];

/** What phase `data-plane` reads besides the status, and writes. */
export function dataPlaneAccesses(
  istioNamespace: string,
  { namespace, evicts }: Pick<DataPlaneRequest, 'namespace' | 'evicts'>,
): { readonly reads: readonly Access[]; readonly writes: readonly Access[] } {
  const kinds = [...CHANGEABLE, ...INJECTABLE];
  return {
    reads: [
      ...kinds.map((kind) => ({ ...kind, verbs: ['get'], namespace })),
      mapAccess(istioNamespace),
      endpointsAccess(istioNamespace),
    ],
    writes: [
      ...kinds.map((kind) => ({ ...kind, verbs: ['patch', 'update'], namespace })),
      ...(evicts ? evictionAccesses(namespace) : []),
    ],
  };
}

/**
 * The workloads that were asked for, how they come to the release's sidecar, and the live objects of those with another one.
 * @throws UpgradeError when the server cannot be reached
 */
export async function readDataPlane(request: DataPlaneRequest, inputs: DataPlaneInputs): Promise<DataPlaneRead> {
  const { cluster, resources, kubernetes, istioNamespace, version } = inputs;
  const { namespace, labelSelector, evicts } = request;
  const problems: Problem[] = [];
  const [status, addresses] = await Promise.all([
    isEverything(request)
      ? inputs.everywhere
      : readStatus({ istioNamespace, namespace, labelSelector, against: version }, cluster, {
          version: kubernetes,
          resources,
        }),
    readAddresses(inputs, problems),
  ]);
  const toRead = workloadReads(status.mesh.workloads, { namespace, labelSelector, resources });
  const live = await readState(cluster, toRead);
  const wanted = toRead.objects.flatMap(({ ref }) => find(live.snapshot, ref) ?? []);
  const byReference = new Map(wanted.map((object) => [refText(refOf(object)), object]));
  const workloads = await withFinished(status.mesh.workloads, byReference, inputs);
  const byHand = workloads
    .filter((workload) => needsReinjection(workload, request))
    .flatMap(({ ref }) => byReference.get(refText(ref)) ?? []);
  const { reinjected, notReinjected, problems: told } = await readReinjections(byHand, request, inputs);
  return {
    dataPlane: {
      version,
      workloads,
      live: byReference,
      reinjected,
      notReinjected,
      evicts,
      injectorAddresses: addresses,
    },
    problems: [
      ...status.problems.filter(isAboutReading),
      ...unknownWorkloads(status),
      ...problems,
      ...live.problems,
      ...told,
    ],
  };
}

function isEverything({ namespace, labelSelector }: DataPlaneRequest): boolean {
  return namespace === undefined && labelSelector === undefined;
}

/**
 * A rollout of ours may have ended between the look at the pods and the one at the object: such pods are looked at once more, or they
 * would be restarted for nothing.
 */
function withFinished(
  workloads: readonly WorkloadStatus[],
  live: ReadonlyMap<string, K8sObject>,
  { cluster, resources, version }: DataPlaneInputs,
): Promise<readonly WorkloadStatus[]> {
  const release = versionText(version);
  const looked = async (workload: WorkloadStatus): Promise<WorkloadStatus> => {
    const object = live.get(refText(workload.ref));
    if (object === undefined || !isFinished(object, release)) return workload;
    const pods = await podsOf(object, cluster, resources);
    const isStale = pods.some((pod) => sidecarFault(pod, release) !== undefined);
    return isStale ? workload : { ...workload, isStale };
  };
  return Promise.all(workloads.map(looked));
}

function isFinished(workload: K8sObject, release: string): boolean {
  return timesRestarted(workload, release) > 0 && readinessOf(workload).state === 'ready';
}

/** Without pods nobody can tell which sidecars are old, and a plan that has nothing to do would be a lie. */
function unknownWorkloads({ mesh, problems }: Status): readonly Problem[] {
  if (!problems.some(({ id }) => id === 'may-not-list') || mesh.workloads.some(({ pods }) => pods > 0)) return [];
  const message = 'which workloads have an old sidecar is not known: no pod could be read';
  return [
    { id: 'workloads-unknown', severity: 'blocker', message, hint: 'planning phase data-plane needs to list pods' },
  ];
}

const NO_REINJECTIONS: Reinjections = { reinjected: new Map<string, Reinjection>(), problems: [] };

/** Only where there are workloads that were injected by hand is anything read for them, and a program run. */
async function readReinjections(
  byHand: readonly K8sObject[],
  { reinjection }: DataPlaneRequest,
  inputs: DataPlaneInputs,
): Promise<Reinjections> {
  if (byHand.length === 0) return NO_REINJECTIONS;
  const { istioNamespace, next, version } = inputs;
  const problems: Problem[] = [];
  const live = await readInjectionMaps(istioNamespace, inputs, problems);
  const coming = next === undefined ? live : injectionMapsIn(next.objects, istioNamespace);
  const done = await reinjectAll(byHand, reinjection, { version, live, next: coming });
  return { ...done, problems: [...problems, ...done.problems] };
}

// Below it single requests are no more than a page or two; above it a mesh would be asked for thousands of objects one by one.
const FEW = 20;
// Of all workloads of a kind: an object in a list costs about a tenth of a request for it alone.
const SHARE = 1 / 10;

/** The live objects of the workloads that may be changed: one list of a kind where many of it are wanted, one by one where few are. */
function workloadReads(
  workloads: readonly WorkloadStatus[],
  {
    namespace,
    labelSelector,
    resources,
  }: Pick<DataPlaneRequest, 'namespace' | 'labelSelector'> & Pick<DataPlaneInputs, 'resources'>,
): ReadRequest {
  const wanted = workloads.filter(isToRead);
  const isMany = (kind: Kind): boolean => {
    // Pods are selected by it, so that how many workloads there are besides is not known.
    if (labelSelector !== undefined) return false;
    const count = wanted.filter(({ ref }) => isOf(kind, ref)).length;
    return count > FEW && count >= workloads.filter(({ ref }) => isOf(kind, ref)).length * SHARE;
  };
  return {
    lists: [...CHANGEABLE, ...INJECTABLE]
      .filter(isMany)
      .flatMap((kind) => listOf(kind, { namespace }, resources))
      .map((list) => ({ ...list, isOptional: true })),
    objects: wanted.flatMap(({ ref }) =>
      servedVersions(resources, ref)
        .slice(0, 1)
        .map((resource) => ({ ref, resource })),
    ),
  };
}

type Kind = Pick<ObjectRef, 'group' | 'kind'>;

function isOf({ group, kind }: Kind, ref: ObjectRef): boolean {
  return group === ref.group && kind === ref.kind;
}

function isToRead({ ref, isStale, upgrade }: WorkloadStatus): boolean {
  const isAmong = (kinds: readonly Kind[]): boolean => kinds.some((kind) => isOf(kind, ref));
  const isChanged = isAmong(CHANGEABLE) || (isAmong(INJECTABLE) && upgrade?.way === 're-injection');
  return isStale && isChanged;
}

async function readAddresses(
  { cluster, resources, istioNamespace }: DataPlaneInputs,
  problems: Problem[],
): Promise<number | undefined> {
  try {
    return await injectorAddresses(cluster, resources, istioNamespace);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    problems.push({ id: 'may-not-read', severity: 'warning', message: error.message, hint: error.hint });
    return undefined;
  }
}
