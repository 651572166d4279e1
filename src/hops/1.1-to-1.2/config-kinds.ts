import { MTLS_KINDS } from '../every/mtls-kinds.ts';
import { CLUSTER_RBAC_CONFIG, RBAC_CONFIG } from './rbac-kinds.ts';

/** The kinds of users' configuration that rules look at. */
export const CONFIG_KINDS = [RBAC_CONFIG, CLUSTER_RBAC_CONFIG, ...MTLS_KINDS] as const;
