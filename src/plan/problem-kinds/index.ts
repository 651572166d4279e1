import type { Hop } from '../hop.ts';
import type { ProblemKind } from '../problem-kind.ts';
import { ACCESS_PROBLEMS } from './access.ts';
import { HELM_PROBLEMS } from './helm.ts';
import { MANIFEST_PROBLEMS } from './manifests.ts';
import { OBJECT_PROBLEMS } from './objects.ts';
import { REINJECTION_PROBLEMS } from './reinjection.ts';
import { RESTART_PROBLEMS } from './restarts.ts';
import { ROLLBACK_PROBLEMS } from './rollback.ts';
import { STATUS_PROBLEMS } from './status.ts';

/** Kinds of problems that every upgrade can have, whatever its versions. */
const OF_EVERY_HOP: readonly ProblemKind[] = [
  ...MANIFEST_PROBLEMS,
  ...OBJECT_PROBLEMS,
  ...ACCESS_PROBLEMS,
  ...STATUS_PROBLEMS,
  ...RESTART_PROBLEMS,
  ...REINJECTION_PROBLEMS,
  ...HELM_PROBLEMS,
  ...ROLLBACK_PROBLEMS,
];

/**
 * Every kind of problem that can be told: what the checks of these hops look for, what their rules say, and what every upgrade can have.
 * @returns each id once, in that order
 */
export function problemKinds(hops: readonly Pick<Hop, 'checks' | 'problems'>[]): readonly ProblemKind[] {
  const all = [...hops.flatMap(({ checks, problems }) => [...checks, ...problems]), ...OF_EVERY_HOP];
  // A check or rule of every hop is in the list of each.
  return [...new Map(all.map((kind) => [kind.id, kind])).values()];
}
