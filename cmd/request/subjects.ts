import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { Subject } from '../../src/plan/role-manifests.ts';

/**
 * Whom roles are bound to, as `--subject` names them.
 * @throws UpgradeError (exit 2) for what names nobody
 */
export function subjectsFrom(texts: readonly string[] = []): readonly Subject[] {
  return texts.map(subjectFrom);
}

function subjectFrom(text: string): Subject {
  const [, kind, rest = ''] = /^(user|group|serviceaccount):(.+)$/.exec(text) ?? [];
  if (kind === 'user') return { kind: 'User', name: rest };
  if (kind === 'group') return { kind: 'Group', name: rest };
  const [, namespace, name] = /^([^:]+):([^:]+)$/.exec(rest) ?? [];
  if (kind === 'serviceaccount' && namespace !== undefined && name !== undefined)
    return { kind: 'ServiceAccount', namespace, name };
  throw new UpgradeError(`--subject ${text} names nobody`, {
    exit: EXIT.usage,
    hint: 'such as: user:alice, group:mesh-admins, serviceaccount:ci:upgrade',
  });
}
