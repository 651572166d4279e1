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

/** A command line, as far as it decides what is asked of a cluster. */
export interface AccessRequest extends Installing {
  readonly command: RoleCommand;
  readonly prune: boolean;
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
  const planned = [...read, ...dataPlane.reads, UID_ACCESS];
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
