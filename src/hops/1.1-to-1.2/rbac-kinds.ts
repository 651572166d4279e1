import type { ObjectRef } from '../../core/object.ts';

export const RBAC_CONFIG = { group: 'rbac.istio.io', kind: 'RbacConfig' };
export const CLUSTER_RBAC_CONFIG = { group: 'rbac.istio.io', kind: 'ClusterRbacConfig' };

/** The only name that Pilot looks at, of either kind. */
export const DEFAULT_NAME = 'default';

/** The object that is in force wherever it exists. */
export const IN_FORCE: ObjectRef = { ...CLUSTER_RBAC_CONFIG, namespace: '', name: DEFAULT_NAME };
