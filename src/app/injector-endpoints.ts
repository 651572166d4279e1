import type { Access } from '../core/access.ts';
import { listAt, valueAt } from '../core/json.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import type { Cluster } from './ports.ts';

const ENDPOINTS = { group: '', kind: 'Endpoints' };
const INJECTOR = 'istio-sidecar-injector';

export function endpointsAccess(istioNamespace: string): Access {
  return { ...ENDPOINTS, verbs: ['get'], namespace: istioNamespace, names: [INJECTOR] };
}

/**
 * Ready addresses behind the injector's Service; without one the webhook cannot be called.
 * @throws ApiError when they may not be read
 */
export async function injectorAddresses(
  cluster: Cluster,
  resources: ApiResources,
  istioNamespace: string,
): Promise<number> {
  const [resource] = servedVersions(resources, ENDPOINTS);
  if (resource === undefined) return 0;
  const endpoints = await cluster.get(resource, { namespace: istioNamespace, name: INJECTOR });
  return listAt(endpoints?.subsets).reduce<number>(
    (sum, subset) => sum + listAt(valueAt(subset, 'addresses')).length,
    0,
  );
}
