import { type K8sObject, type ObjectRef, refOf, refText } from '../../core/object.ts';
import type { CheckContext } from '../../plan/check.ts';

/** What the target has for a namespaced object; one that names no namespace goes into the control plane's. */
export function targetObject(
  { mesh, target }: Pick<CheckContext, 'mesh' | 'target'>,
  ref: ObjectRef,
): K8sObject | undefined {
  const found = target.objects.find(({ object }) => {
    const own = refOf(object);
    return refText({ ...own, namespace: own.namespace || mesh.istioNamespace }) === refText(ref);
  });
  return found?.object;
}
