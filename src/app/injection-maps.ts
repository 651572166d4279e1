import type { Access } from '../core/access.ts';
import { ApiError } from '../core/errors.ts';
import type { K8sObject } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import type { TargetObject } from '../core/target.ts';
import type { Cluster } from './ports.ts';

/** What injection works from: ConfigMaps `istio` and `istio-sidecar-injector`. */
export interface InjectionMaps {
  readonly mesh: K8sObject | undefined;
  readonly injector: K8sObject | undefined;
}

const CONFIG_MAP = { group: '', kind: 'ConfigMap' };
const [MESH, INJECTOR] = ['istio', 'istio-sidecar-injector'] as const;

export function mapAccess(istioNamespace: string): Access {
  return { ...CONFIG_MAP, verbs: ['get'], namespace: istioNamespace, names: [MESH, INJECTOR] };
}

/** Those of a release's manifests. */
export function injectionMapsIn(objects: readonly TargetObject[], istioNamespace: string): InjectionMaps {
  const mapOf = (wanted: string) =>
    objects
      .map(({ object }) => object)
      .find(({ apiVersion, kind, metadata: { name, namespace = istioNamespace } }) => {
        const isConfigMap = apiVersion === 'v1' && kind === 'ConfigMap';
        return isConfigMap && name === wanted && namespace === istioNamespace;
      });
  return { mesh: mapOf(MESH), injector: mapOf(INJECTOR) };
}

/**
 * Those of the cluster. What may not be read is missing.
 * @param problems gets one for each that may not be read
 */
export async function readInjectionMaps(
  istioNamespace: string,
  { cluster, resources }: { readonly cluster: Cluster; readonly resources: ApiResources },
  problems: Problem[],
): Promise<InjectionMaps> {
  const [resource] = servedVersions(resources, CONFIG_MAP);
  if (resource === undefined) return { mesh: undefined, injector: undefined };
  const read = async (name: string): Promise<K8sObject | undefined> => {
    try {
      return await cluster.get(resource, { namespace: istioNamespace, name });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 403) throw error;
      problems.push({ id: 'may-not-read', severity: 'warning', message: error.message, hint: error.hint });
      return undefined;
    }
  };
  const [mesh, injector] = await Promise.all([read(MESH), read(INJECTOR)]);
  return { mesh, injector };
}
