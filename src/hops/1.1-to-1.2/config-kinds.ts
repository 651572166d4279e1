import type { ConfigKind } from '../../plan/hop.ts';
import { MTLS_KINDS } from '../every/mtls-kinds.ts';
import { CLUSTER_RBAC_CONFIG, RBAC_CONFIG } from './rbac-kinds.ts';

type Writes = NonNullable<ConfigKind['writes']>;

const WRITES: Writes = ['create', 'patch', 'update', 'delete'];

/** What migrations and taking them back do to kinds that decide about mutual TLS. From Services annotations go, with --remove-annotations. */
const WRITTEN: ReadonlyMap<string, Writes> = new Map([
  ['Service', ['patch', 'update']],
  ['Policy', WRITES],
  ['DestinationRule', WRITES],
]);

/** The kinds of users' configuration that rules look at, and what is done to them. */
export const CONFIG_KINDS: readonly ConfigKind[] = [
  { ...RBAC_CONFIG, writes: WRITES },
  { ...CLUSTER_RBAC_CONFIG, writes: WRITES },
  ...MTLS_KINDS.map((kind) => ({ ...kind, writes: WRITTEN.get(kind.kind) ?? [] })),
];
