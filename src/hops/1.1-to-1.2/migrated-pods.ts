import { authAnnotationsOf } from '../../mesh/auth-annotations.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { meshConfigOf } from '../../mesh/mesh-config.ts';
import { servicesOf } from '../../mesh/services.ts';
import type { LaterReads, Selection } from '../../plan/later-reads.ts';

const POD = { group: '', kind: 'Pod' };

/**
 * The pods behind Services that have something carried over, by an annotation or as excluded ones: whether they have sidecars decides
 * what it can be carried over to.
 */
export const podsOfMigrated: LaterReads<Mesh> = { kinds: [POD], select };

function select({ snapshot, istioNamespace }: Mesh): readonly Selection[] {
  const config = meshConfigOf(snapshot, istioNamespace);
  const excluded = new Set(config.mtlsExcludedServices);
  return servicesOf(snapshot, config).flatMap((service) => {
    const isAnnotated = authAnnotationsOf(service).some(({ state }) => state === 'live');
    if (!(isAnnotated || excluded.has(service.hostname)) || service.selector === undefined) return [];
    return [{ ...POD, namespace: service.namespace, labels: service.selector }];
  });
}
