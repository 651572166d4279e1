import { authAnnotationsOf } from '../../mesh/auth-annotations.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { meshConfigOf } from '../../mesh/mesh-config.ts';
import { servicesOf } from '../../mesh/services.ts';
import type { Selection } from '../../plan/hop.ts';

/**
 * The pods behind Services that have something carried over, by an annotation or as excluded ones: whether they have sidecars decides
 * what it can be carried over to.
 */
export function podsOfMigrated({ snapshot, istioNamespace }: Mesh): readonly Selection[] {
  const config = meshConfigOf(snapshot, istioNamespace);
  const excluded = new Set(config.mtlsExcludedServices);
  return servicesOf(snapshot, config).flatMap((service) => {
    const isAnnotated = authAnnotationsOf(service).some(({ state }) => state === 'live');
    if (!(isAnnotated || excluded.has(service.hostname)) || service.selector === undefined) return [];
    return [{ group: '', kind: 'Pod', namespace: service.namespace, labels: service.selector }];
  });
}
