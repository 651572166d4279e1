import type { Access, RoleCommand } from '../core/access.ts';
import type { ObjectRef } from '../core/object.ts';
import { installedKind, reading, writing } from '../plan/installed.ts';
import { UID_ACCESS } from './cluster-uid.ts';
import { type DataPlaneRequest, dataPlaneAccesses } from './data-plane.ts';
import { gateAccess } from './data-plane-gate.ts';
import { definedBy, type Installing, installedByRules, objectsOfTarget } from './installs.ts';
import { leaseAccesses } from './lease.ts';
import { rollbackAccesses } from './plan-rollback.ts';
import { checkAccesses } from './preflight.ts';
import { laterAccesses, meshAccesses, readsConfiguration, targetAccesses } from './read-mesh.ts';
import { statusAccesses } from './status.ts';
import { waitAccesses } from './wait.ts';

const JOB = { group: 'batch', kind: 'Job' };
// What a chart's hooks make besides Jobs, for the Jobs to run as.
const HOOK_KINDS = [
  { group: '', kind: 'ConfigMap' },
  { group: '', kind: 'ServiceAccount' },
  { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
  { group: 'rbac.authorization.k8s.io', kind: 'ClusterRoleBinding' },
];

/** A command line, as far as it decides what is asked of a cluster. */
export interface AccessRequest extends Installing {
  readonly command: RoleCommand;
  readonly prune: boolean;
  /** What is installed is installed, and taken back, by Helm, which does it as the same user. */
  readonly byHelm: boolean;
  readonly dataPlane: Pick<DataPlaneRequest, 'namespace' | 'evicts'>;
}

/** Every request about objects of a cluster that a command may make; of `apply` also those of taking it back. */
export function accessesOf(request: AccessRequest): readonly Access[] {
  const { command, istioNamespace, phases } = request;
  if (command === 'status') return statusAccesses(istioNamespace);
  const read = readsOf(request);
  if (command === 'check') return read;
  const dataPlane = phases.includes('data-plane')
    ? dataPlaneAccesses(istioNamespace, request.dataPlane)
    : { reads: [], writes: [] };
  const records = request.byHelm ? [recordsOf(istioNamespace, ['get', 'list'])] : [];
  const planned = [...read, ...dataPlane.reads, ...records, UID_ACCESS];
  return command === 'plan' ? planned : [...planned, ...dataPlane.writes, ...writesOf(request)];
}

function readsOf(request: AccessRequest): readonly Access[] {
  const { istioNamespace, phases, command, target, hops } = request;
  const isLive = command === 'check' && target === undefined;
  const configKinds = isLive || phases.some(readsConfiguration) ? hops.flatMap((hop) => hop.configKinds) : [];
  return [
    ...statusAccesses(istioNamespace),
    ...meshAccesses(istioNamespace),
    ...configKinds.map(({ group, kind }) => ({ group, kind, verbs: ['list'] })),
    ...hops.flatMap((hop) => laterAccesses(hop.readsBesides.kinds, istioNamespace)),
    ...hops.flatMap((hop) => checkAccesses(hop.checks, istioNamespace)),
    ...(isLive ? [] : targetAccesses(objectsOfTarget(request), hops, istioNamespace)),
  ];
}

function writesOf(request: AccessRequest): readonly Access[] {
  const { istioNamespace, phases, target } = request;
  return [
    ...leaseAccesses(istioNamespace),
    ...waitAccesses(istioNamespace),
    ...(phases.includes('data-plane')
      ? [gateAccess(istioNamespace), ...waitAccesses(request.dataPlane.namespace)]
      : []),
    ...migrations(request),
    ...installedByRules(request).flatMap(writing),
    ...leftovers(request),
    ...(request.byHelm ? helmWrites(request) : []),
    ...rollbackAccesses(istioNamespace, definedBy(target)),
  ];
}

function migrations({ hops, phases }: AccessRequest): readonly Access[] {
  const kinds = hops.flatMap((hop) => hop.configKinds);
  return kinds.map(({ group, kind, writes = [] }) => ({
    group,
    kind,
    verbs: phases.includes('config') ? ['get', ...writes] : ['get'],
  }));
}

/**
 * What Helm does besides: its records, of which each revision is a Secret; hooks, which it waits for; and deleting what the other revision does not have.
 * https://helm.sh/docs/topics/advanced/#storage-backends, https://helm.sh/docs/topics/charts_hooks/
 */
function helmWrites(request: AccessRequest): readonly Access[] {
  const { istioNamespace: namespace } = request;
  return [
    recordsOf(namespace, ['create', 'update', 'delete']),
    { ...JOB, verbs: ['get', 'list', 'watch'], namespace },
    ...[JOB, ...HOOK_KINDS]
      .map((kind) => installedKind(kind, namespace))
      .flatMap((one) => [reading(one), ...writing(one)]),
    ...leftovers({ ...request, prune: true }),
  ];
}

function recordsOf(namespace: string, verbs: readonly string[]): Access {
  return { group: '', kind: 'Secret', verbs, namespace };
}

/** Whatever an old release may have left behind, under names that no target tells, and its way back; definitions are never among it. */
function leftovers(request: AccessRequest): readonly Access[] {
  const { hops, prune, istioNamespace: namespace } = request;
  if (!prune) return [];
  const kinds: readonly Pick<ObjectRef, 'group' | 'kind'>[] = [
    ...installedByRules(request),
    ...hops.flatMap((hop) => hop.retiredKinds),
  ];
  return kinds
    .filter(({ kind }) => kind !== 'CustomResourceDefinition')
    .map((kind) => installedKind(kind, namespace))
    .flatMap((one) => [reading(one), ...writing(one)]);
}
