import { isObject, type JsonObject, listAt, stringAt } from '../core/json.ts';
import { lastAppliedOf } from '../core/last-applied.ts';
import { isK8sObject, type K8sObject } from '../core/object.ts';
import { type IstioVersion, versionOfImage } from '../core/version.ts';
import { nameOf, podSpecOf } from './pod-template.ts';
import { statusTextOf } from './status-annotation.ts';

export const PROXY_CONTAINER = 'istio-proxy';

/** How a pod came by its sidecar. */
export type Injection = 'by-hand' | 'by-webhook' | 'none';

/**
 * The sidecar of a workload: its container `istio-proxy`, run as `proxy sidecar`.
 * @returns undefined for gateways (`proxy router`) and for the control plane, whose components carry a proxy under the same name
 */
export function sidecarOf(workload: K8sObject): JsonObject | undefined {
  const proxy = proxyOf(workload);
  return proxy !== undefined && roleOf(proxy) === 'sidecar' ? proxy : undefined;
}

/** Whether the workload's own template (or the Pod itself) has been injected: it says so, or it has a sidecar. */
export function isInjected(workload: K8sObject): boolean {
  if (sidecarOf(workload) !== undefined) return true;
  const proxy = proxyOf(workload);
  return (proxy === undefined || roleOf(proxy) === undefined) && (statusTextOf(workload) ?? '') !== '';
}

/**
 * How a pod was injected. The webhook injects pods and never their templates, so the owner tells; of a pod without an owner, the
 * configuration that was applied.
 * @param owner the workload whose template the pod was made from, where there is one
 */
export function injectionOfPod(pod: K8sObject, owner: K8sObject | undefined): Injection {
  if (!isInjected(pod)) return 'none';
  const source = owner ?? lastAppliedOf(pod);
  return isK8sObject(source) && isInjected(source) ? 'by-hand' : 'by-webhook';
}

/** The Istio version of a workload's or pod's sidecar, by the tag of its image; undefined without a sidecar or a telling tag. */
export function sidecarVersion(workload: K8sObject): IstioVersion | undefined {
  const image = stringAt(sidecarOf(workload)?.image);
  return image === undefined ? undefined : versionOfImage(image);
}

function proxyOf(workload: K8sObject): JsonObject | undefined {
  return listAt(podSpecOf(workload).containers)
    .filter(isObject)
    .find((container) => nameOf(container) === PROXY_CONTAINER);
}

/** The second argument of `pilot-agent proxy`: `sidecar`, `router`, `ingress`; undefined where there is none. */
function roleOf(proxy: JsonObject): string | undefined {
  const [command, role] = listAt(proxy.args).map(stringAt);
  return command === 'proxy' && role !== undefined && !role.startsWith('-') ? role : undefined;
}
