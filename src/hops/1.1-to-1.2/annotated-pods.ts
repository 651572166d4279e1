import { authAnnotationsOf } from '../../mesh/auth-annotations.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { meshConfigOf } from '../../mesh/mesh-config.ts';
import { servicesOf } from '../../mesh/services.ts';
import type { Selection } from '../../plan/hop.ts';

/** The pods behind Services with live annotations: whether they have sidecars decides what an annotation can be carried over to. */
export function podsOfAnnotated({ snapshot, istioNamespace }: Mesh): readonly Selection[] {
  return servicesOf(snapshot, meshConfigOf(snapshot, istioNamespace)).flatMap((service) => {
    const isAnnotated = authAnnotationsOf(service).some(({ state }) => state === 'live');
    if (!isAnnotated || service.selector === undefined) return [];
    return [{ group: '', kind: 'Pod', namespace: service.namespace, labels: service.selector }];
  });
}
