import { counted } from '../../../../../core/counted.ts';
import { type Json, listAt, valueAt } from '../../../../../core/json.ts';
import { type K8sObject, refOf, refText } from '../../../../../core/object.ts';
import { find, objectsOf } from '../../../../../core/snapshot.ts';
import { quantityAmount } from '../../../../../fields/quantity.ts';
import { injectionValuesOf } from '../../../../../mesh/injection-values.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import type { CheckContext, Finding } from '../../../../../plan/check.ts';
import { targetMesh } from '../../../../every/checks/target-mesh.ts';

// Who may not read them is told about them by the server soon enough.
export const LIMIT_RANGE = { group: '', kind: 'LimitRange', isOptional: true };
export const RESOURCE_QUOTA = { group: '', kind: 'ResourceQuota', isOptional: true };

const LIMIT = 'global.proxy.resources.limits.memory';
const HINT = 'raise it, or render the target with a lower global.proxy.resources.limits.memory';

interface Limits {
  readonly was: number;
  readonly is: number;
  /** `128Mi, and 1024Mi in the target` */
  readonly text: string;
}

/** A sidecar's memory limit, which grew from 128Mi to 1024Mi in 1.1.7 and 1.2, against what namespaces with sidecars may use. */
export function sidecarMemory(context: CheckContext): readonly Finding[] {
  const limits = limitsOf(context);
  const { mesh, status } = context;
  if (limits === undefined || status === undefined) return [];
  const sidecars = new Map<string, number>();
  for (const { ref, sidecars: count } of status.workloads)
    sidecars.set(ref.namespace, (sidecars.get(ref.namespace) ?? 0) + count);
  const countIn = ({ metadata }: K8sObject): number => sidecars.get(metadata.namespace ?? '') ?? 0;
  return [
    ...objectsOf(mesh.snapshot, LIMIT_RANGE).flatMap((range) => (countIn(range) > 0 ? tooSmall(range, limits) : [])),
    ...objectsOf(mesh.snapshot, RESOURCE_QUOTA).flatMap((quota) => exceeded(quota, countIn(quota), limits)),
  ];
}

function limitsOf(context: CheckContext): Limits | undefined {
  const wanted = targetMesh(context);
  const [before, after] = [context.mesh, wanted].map((mesh) => mesh && limitOf(mesh));
  const [was, is] = [before, after].map(quantityAmount);
  if (was === undefined || is === undefined || is <= was) return undefined;
  return { was, is, text: `${before}, and ${after} in the target` };
}

function limitOf({ snapshot, istioNamespace: namespace }: Mesh): string | undefined {
  const ref = { group: '', kind: 'ConfigMap', namespace, name: 'istio-sidecar-injector' };
  return injectionValuesOf(find(snapshot, ref)).get(LIMIT);
}

/** Pods with the old limit fit, and with the new one do not. */
function tooSmall(range: K8sObject, { was, is, text }: Limits): readonly Finding[] {
  const most = listAt(valueAt(range, 'spec', 'limits'))
    .map(memoryOf)
    .filter(isNumber);
  if (!most.some((max) => was <= max && max < is)) return [];
  const ref = refOf(range);
  const message = `${refText(ref)}: a sidecar's memory limit is ${text}, which is more than spec.limits[].max.memory: new pods with a sidecar are refused`;
  return [{ ref, message, hint: HINT }];
}

function memoryOf(limit: Json): number | undefined {
  return quantityAmount(valueAt(limit, 'max', 'memory'));
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

function exceeded(quota: K8sObject, sidecars: number, { was, is, text }: Limits): readonly Finding[] {
  const [hard, used] = [
    ['spec', 'hard'],
    ['status', 'used'],
  ].map((path) => quantityAmount(valueAt(quota, ...path, 'limits.memory')));
  if (hard === undefined || used === undefined || used + sidecars * (is - was) <= hard) return [];
  const ref = refOf(quota);
  const message = `${refText(ref)}: a sidecar's memory limit is ${text}: with ${counted(sidecars, 'sidecar')}, limits.memory is exceeded, and new pods are refused`;
  return [{ ref, message, hint: HINT }];
}
