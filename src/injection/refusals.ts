import { type K8sObject, refOf } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { INJECT_ANNOTATION, wishOf } from './decision.ts';
import { podAnnotationsOf } from './pod-template.ts';

/** The image of a pod's sidecar, whatever the injector would take. */
export const PROXY_IMAGE = 'sidecar.istio.io/proxyImage';

/**
 * Why a workload is not injected, in what kube-inject itself does not look at or gets wrong: it says that it wants no sidecar, or names an
 * image of its own for it.
 * @returns nothing for a workload that is injected
 */
export function refusals(workload: K8sObject): readonly Problem[] {
  const annotations = podAnnotationsOf(workload);
  const ref = refOf(workload);
  const image = annotations[PROXY_IMAGE];
  if (wishOf(annotations[INJECT_ANNOTATION]) === 'no') {
    const message = `it has a sidecar and says ${INJECT_ANNOTATION}: "${annotations[INJECT_ANNOTATION]}"; the old sidecar stays`;
    return [
      { id: 'injection-unwanted', severity: 'warning', ref, message, hint: 'remove the annotation to upgrade it' },
    ];
  }
  if (image === undefined) return [];
  // https://github.com/istio/istio/issues/14365: the template puts it in the place of the hub
  const message = `${PROXY_IMAGE}: "${image}" becomes an image of Istio 1.2 that cannot be pulled`;
  return [
    { id: 'proxy-image', severity: 'blocker', ref, message, hint: 'remove the annotation from the pod template' },
  ];
}
