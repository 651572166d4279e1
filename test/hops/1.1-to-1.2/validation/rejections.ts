import { type JsonObject, objectAt } from '../../../../src/core/json.ts';
import { rejections } from '../../../../src/hops/1.1-to-1.2/validation/index.ts';
import { object } from '../../../objects.ts';

const API_VERSIONS: Readonly<Record<string, string>> = {
  ServiceRole: 'rbac.istio.io/v1alpha1',
  ServiceRoleBinding: 'rbac.istio.io/v1alpha1',
  Policy: 'authentication.istio.io/v1alpha1',
};

/** The fields that 1.2 newly rejects in an object of a kind with this spec. */
export function rejectedFields(kind: string, spec: JsonObject): readonly string[] {
  const apiVersion = API_VERSIONS[kind] ?? 'networking.istio.io/v1alpha3';
  return rejections(object(apiVersion, kind, 'shop/x', { spec: objectAt(spec) })).map(({ field }) => field);
}
