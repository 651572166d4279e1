/** The users that every test cluster knows, each by a static token. Only `admin` may do anything before `grant` is called. */
export const USERS = [
  'admin',
  'reader',
  'planner',
  'applier',
  'alice',
  'bob',
  'carol',
  'dave',
  'erin',
  'nobody',
] as const;
export type User = (typeof USERS)[number];

export function tokenOf(user: User): string {
  return `${user}-token`;
}

export function groupsOf(user: User): readonly string[] {
  return user === 'admin' ? ['system:masters'] : [];
}

/** The file of `--token-auth-file`: token, name, uid and groups a line. */
export function tokenFile(): string {
  return USERS.map((user) => `${tokenOf(user)},${user},uid-${user},"${groupsOf(user).join(',')}"\n`).join('');
}

/** A rule of a ClusterRole. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** What the user `reader` has: every resource, Secrets included, but no writes. */
export const READ_EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
];
