import { CLUSTER_RBAC_CONFIG, RBAC_CONFIG } from './rbac-kinds.ts';

const WRITES = ['create', 'patch', 'update', 'delete'] as const;

/** The kinds of users' configuration that rules look at, and what migrations or taking them back may do to it. */
export const CONFIG_KINDS = [
  { ...RBAC_CONFIG, writes: WRITES },
  { ...CLUSTER_RBAC_CONFIG, writes: WRITES },
  { group: '', kind: 'Namespace' },
  // Annotations go, with --remove-annotations.
  { group: '', kind: 'Service', writes: ['patch', 'update'] },
  { group: 'authentication.istio.io', kind: 'Policy', writes: WRITES },
  { group: 'authentication.istio.io', kind: 'MeshPolicy' },
  { group: 'networking.istio.io', kind: 'DestinationRule', writes: WRITES },
] as const;
