import { CLUSTER_RBAC_CONFIG, RBAC_CONFIG } from './rbac-kinds.ts';

/** The kinds of users' configuration that rules look at. */
export const CONFIG_KINDS = [
  RBAC_CONFIG,
  CLUSTER_RBAC_CONFIG,
  { group: '', kind: 'Namespace' },
  { group: '', kind: 'Service' },
  { group: 'authentication.istio.io', kind: 'Policy' },
  { group: 'authentication.istio.io', kind: 'MeshPolicy' },
  { group: 'networking.istio.io', kind: 'DestinationRule' },
] as const;
