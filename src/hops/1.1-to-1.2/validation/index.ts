import { type K8sObject, kindText, parseApiVersion } from '../../../core/object.ts';
import { destinationRuleRejections } from './destination-rule.ts';
import type { Rejection } from './rejection.ts';
import { serviceEntryRejections } from './service-entry.ts';
import { serviceRoleRejections } from './service-role.ts';
import { serviceRoleBindingRejections } from './service-role-binding.ts';
import { virtualServiceRejections } from './virtual-service.ts';

const NETWORKING = 'networking.istio.io';
const RBAC = 'rbac.istio.io';

/** The kinds of which 1.2 rejects objects that 1.1 accepts. Policies, Gateways, Sidecars and (Cluster)RbacConfigs are judged alike by both. */
export const VALIDATED_KINDS = [
  { group: NETWORKING, kind: 'DestinationRule', rejections: destinationRuleRejections },
  { group: NETWORKING, kind: 'ServiceEntry', rejections: serviceEntryRejections },
  { group: NETWORKING, kind: 'VirtualService', rejections: virtualServiceRejections },
  { group: RBAC, kind: 'ServiceRole', rejections: serviceRoleRejections },
  { group: RBAC, kind: 'ServiceRoleBinding', rejections: serviceRoleBindingRejections },
] as const;

const BY_KIND = new Map(VALIDATED_KINDS.map((entry) => [kindText(entry), entry.rejections]));

/**
 * What validation of 1.2 has against a custom resource that 1.1's accepts.
 * @param object of any kind
 * @returns none for one that 1.2 accepts, and for kinds that 1.2 is no stricter about
 */
export function rejections(object: K8sObject): readonly Rejection[] {
  const { group } = parseApiVersion(object.apiVersion);
  return BY_KIND.get(kindText({ group, kind: object.kind }))?.(object) ?? [];
}
