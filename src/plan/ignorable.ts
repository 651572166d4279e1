import { EXIT, UpgradeError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Hop } from './hop.ts';
import type { ProblemKind } from './problem-kind.ts';
import { problemKinds } from './problem-kinds/index.ts';

/**
 * The kind of problem of an id.
 * @throws UpgradeError (exit 2) when there is none, with the one that was probably meant, or all that there are
 */
export function kindNamed(id: string, hops: readonly Hop[]): ProblemKind {
  const kinds = problemKinds(hops);
  const kind = kinds.find((one) => one.id === id);
  if (kind !== undefined) return kind;
  const ids = kinds.map((one) => one.id);
  const guess = nearest(id, ids);
  throw new UpgradeError(`there is no finding "${id}"`, {
    exit: EXIT.usage,
    hint: guess === undefined ? `known are: ${ids.sort().join(', ')}` : `did you mean ${guess}?`,
  });
}

/**
 * Ids of findings that may be gone on despite.
 * @returns the same ids, each once
 * @throws UpgradeError (exit 2) for one that nothing has, or without whose cause being mended a run would fail or do harm
 */
export function ignorable(ids: readonly string[], hops: readonly Hop[]): readonly string[] {
  for (const { id, whyNotIgnored } of ids.map((one) => kindNamed(one, hops))) {
    if (whyNotIgnored === undefined) continue;
    throw new UpgradeError(`"${id}" cannot be ignored: ${whyNotIgnored}`, {
      exit: EXIT.usage,
      hint: `all about it: kubectl istio-upgrade check --explain ${id}`,
    });
  }
  return [...new Set(ids)];
}
