import { objectAt, valueAt } from '../core/json.ts';
import { annotationsOf, type K8sObject } from '../core/object.ts';

export { PROXY_IMAGE } from '../injection/refusals.ts';

/** Annotations that a workload gives its pods. */
export function templateAnnotations(workload: K8sObject): Readonly<Record<string, string>> {
  return annotationsOf(objectAt(valueAt(workload, 'spec', 'template')));
}
