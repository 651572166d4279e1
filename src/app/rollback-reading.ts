import { EXIT, UpgradeError } from '../core/errors.ts';
import type { HelmOperation } from '../core/plan.ts';
import { markedByHelm } from '../plan/helm-objects.ts';
import { BY_US, type HelmReading, recordOf } from './helm-reading.ts';
import type { HelmRelease } from './installation.ts';
import type { HelmRecords, HelmRevision } from './ports.ts';

/**
 * Going back to the revision that was in force before this tool's upgrade.
 * @throws UpgradeError (exit 3) when the newest revision is not this tool's, or Helm keeps none before it
 */
export function rollbackReading({ revisions }: HelmRelease, records: HelmRecords): HelmReading {
  const [newest, ...earlier] = revisions.map(({ revision }) => revision);
  if (newest === undefined) throw new Error('a release always has a revision');
  if (newest.status !== 'deployed' || !isOurs(newest)) throw notOurs(newest);
  const previous = earlier.find((one) => wasInForce(one) && !isSameUpgrade(one, newest));
  if (previous === undefined) throw noEarlier(newest);
  const { release, namespace, revision } = newest;
  const { chart, values } = previous;
  const does: HelmOperation['does'] = { run: 'rollback', to: previous.revision };
  const named = {
    phase: 'control-plane',
    release,
    namespace,
    revision,
    chart: `${chart.name}-${chart.version}`,
  } as const;
  return {
    operation: { ...named, does, values, description: `Rollback to ${previous.revision}` },
    original: newest.objects,
    modified: previous.objects.map((one) => ({ ...one, object: markedByHelm(one.object, newest) })),
    hooks: [],
    older: recordOf(previous, revisions),
    records,
    isDue: true,
  };
}

function isOurs({ description }: HelmRevision): boolean {
  return description.startsWith(BY_US);
}

function wasInForce({ status }: HelmRevision): boolean {
  return status === 'superseded' || status === 'deployed';
}

/** An upgrade that took several runs is one. */
function isSameUpgrade(earlier: HelmRevision, newest: HelmRevision): boolean {
  return isOurs(earlier) && earlier.chart.version === newest.chart.version;
}

function notOurs({ release, revision, status, description }: HelmRevision): UpgradeError {
  const what = `release ${release}, revision ${revision} (${status}: ${description})`;
  return new UpgradeError(`nothing to roll back: ${what} was not made by this tool`, {
    hint: `see helm history ${release}; helm rollback ${release} REVISION goes back by itself`,
    exit: EXIT.blocked,
  });
}

function noEarlier({ release, revision }: HelmRevision): UpgradeError {
  return new UpgradeError(`release ${release}: Helm keeps no revision before ${revision} that was in force`, {
    hint: 'upgrade with the old release instead, by helm itself',
    exit: EXIT.blocked,
  });
}
