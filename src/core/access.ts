import type { ObjectRef } from './object.ts';

/** Requests that are made about objects of a kind, and that a user has to be allowed. */
export interface Access extends Pick<ObjectRef, 'group' | 'kind'> {
  /** `get`, `list`, `create` …: as RBAC calls them. */
  readonly verbs: readonly string[];
  readonly subresource?: string | undefined;
  /** The whole cluster when absent. */
  readonly namespace?: string | undefined;
  /** Any object when absent. */
  readonly names?: readonly string[] | undefined;
}

/** The command line that roles are for: each does what those before it do, and more. */
export const ROLE_COMMANDS = ['status', 'check', 'plan', 'apply'] as const;
export type RoleCommand = (typeof ROLE_COMMANDS)[number];
