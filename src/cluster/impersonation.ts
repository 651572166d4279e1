import { EXIT, UpgradeError } from '../core/errors.ts';
import type { ConnectionOptions, Impersonation } from './connection.ts';
import type { UserEntry } from './kubeconfig-entry.ts';

/**
 * The headers that make a request in somebody else's name. Flags replace what the kubeconfig says, one by one.
 * @throws UpgradeError (usage) for groups, a uid or extras without a user, and for an extra that is not `key=value`
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export function impersonationOf(user: UserEntry, options: ConnectionOptions): Impersonation {
  const name = options.as || user.as;
  const uid = options.asUid || user.asUid;
  const groups = options.asGroups?.length ? options.asGroups : user.asGroups;
  const extras = options.asUserExtra?.length ? parseExtras(options.asUserExtra) : Object.entries(user.asUserExtra);
  if (name === undefined) {
    if (uid === undefined && groups.length === 0 && extras.length === 0) return {};
    throw new UpgradeError('a uid, group or extra to impersonate needs a user to impersonate', {
      hint: 'add --as',
      exit: EXIT.usage,
    });
  }
  return {
    'Impersonate-User': name,
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': [...groups] }),
    ...Object.fromEntries(extras.map(([key, values]) => [`Impersonate-Extra-${headerKey(key)}`, [...values]])),
  };
}

function parseExtras(texts: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const found = new Map<string, string[]>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals < 1)
      throw new UpgradeError(`--as-user-extra ${JSON.stringify(text)} is not key=value`, { exit: EXIT.usage });
    const key = text.slice(0, equals);
    found.set(key, [...(found.get(key) ?? []), text.slice(equals + 1)]);
  }
  return [...found];
}

/** Characters that a header name cannot have are percent-encoded, the percent sign too. */
function headerKey(key: string): string {
  const encode = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return key.replace(/[^A-Za-z0-9!#$&'*+\-.^_`|~]/gu, (char) => [...Buffer.from(char)].map(encode).join(''));
}
