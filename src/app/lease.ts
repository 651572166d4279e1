import type { Access } from '../core/access.ts';
import { numberAt, objectAt, stringAt } from '../core/json.ts';
import type { K8sObject, ObjectRef } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { Cluster, WriteOptions } from './ports.ts';

/** Leases as they are written: not by server-side apply, so that get, create and update are all the rights that it takes. */
export interface Leases extends Pick<Cluster, 'get' | 'update'> {
  /** @throws ApiError, with status 409 where the object is there already */
  create(resource: ApiResource, body: K8sObject, options?: WriteOptions): Promise<K8sObject>;
}

export const LEASES: ApiResource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  namespaced: true,
  verbs: [],
};

/** Seconds without renewal after which somebody else may take it. */
export const LEASE_DURATION = 30;

/** The one lease of the upgrades of a control plane. */
export function leaseRef(namespace: string): ObjectRef {
  return { group: LEASES.group, kind: LEASES.kind, namespace, name: 'istio-upgrade' };
}

export function leaseAccesses(istioNamespace: string): readonly Access[] {
  const { group, kind, namespace, name } = leaseRef(istioNamespace);
  return [
    { group, kind, verbs: ['create'], namespace },
    { group, kind, verbs: ['get', 'update'], namespace, names: [name] },
  ];
}

/** What a lease says, and when that was first seen by our own clock: the holder's may differ. */
export interface Observed {
  readonly holder: string;
  readonly acquireTime: string;
  readonly renewTime: string;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function observed(lease: K8sObject, now: number): Observed {
  const spec = objectAt(lease.spec);
  const seconds = numberAt(spec.leaseDurationSeconds) ?? LEASE_DURATION;
  return {
    holder: stringAt(spec.holderIdentity) ?? '',
    acquireTime: stringAt(spec.acquireTime) ?? '',
    renewTime: stringAt(spec.renewTime) ?? '',
    duration: seconds * 1000,
    at: now,
  };
}

/**
 * `free`: nobody holds it, or who did has not renewed it for as long as it lasts. `alive`: its holder renewed it while we looked. `ended`:
 * its holder gave it up while we looked. `silent`: nobody knows yet.
 */
export type LeaseState = 'free' | 'alive' | 'ended' | 'silent';

/**
 * @param first the lease as it was first seen; undefined where it was free
 * @param now the lease as it is, with the time of this look
 * @see https://pkg.go.dev/k8s.io/client-go/tools/leaderelection for why no two clocks are compared
 */
export function leaseState(first: Observed | undefined, now: Observed | undefined): LeaseState {
  if (first === undefined || first.holder === '') return now === undefined || now.holder === '' ? 'free' : 'silent';
  if (now === undefined || now.holder === '') return 'ended';
  if (now.holder !== first.holder || now.renewTime !== first.renewTime) return 'alive';
  return now.at - first.at >= first.duration ? 'free' : 'silent';
}

/** The lease of a new holder. @param over the lease as it was, whose version is the lock */
export function takenLease(over: K8sObject | undefined, ref: ObjectRef, holder: string, now: number): K8sObject {
  const { namespace, name } = ref;
  const time = microTime(now);
  const transitions = over === undefined ? 0 : (numberAt(objectAt(over.spec).leaseTransitions) ?? 0) + 1;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: LEASES.kind,
    metadata: { ...over?.metadata, namespace, name },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: LEASE_DURATION,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: transitions,
    },
  };
}

export function renewedLease(lease: K8sObject, now: number): K8sObject {
  return { ...lease, spec: { ...objectAt(lease.spec), renewTime: microTime(now) } };
}

/** The lease with nobody as its holder: the next one need not wait. */
export function releasedLease(lease: K8sObject, now: number): K8sObject {
  return { ...lease, spec: { ...objectAt(lease.spec), holderIdentity: '', renewTime: microTime(now) } };
}

/** The server takes exactly six digits of a second. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}
