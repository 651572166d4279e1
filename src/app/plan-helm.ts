import { type Change, helmReleaseOf } from '../core/change.ts';
import { type K8sObject, parseRef, refOf } from '../core/object.ts';
import type { HelmOperation } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResources, findResource } from '../core/resources.ts';
import { type Snapshot, snapshotOf } from '../core/snapshot.ts';
import type { Reason, Wish } from '../core/wish.ts';
import { isKeptByHelm } from '../plan/helm-objects.ts';
import { rewritingsOf, rewritingText } from '../plan/rewritten-record.ts';
import { type HelmObject, type HelmReading, servedOnes } from './helm-reading.ts';

const DOCS =
  'https://helm.sh/docs/intro/using_helm/#helm-upgrade-and-helm-rollback-upgrading-a-release-and-recovering-on-failure';
const RECORD_DOCS = 'https://helm.sh/docs/topics/kubernetes_apis/#updating-api-versions-of-a-release-manifest';

/**
 * What Helm's runs do: they install objects, and delete what a release had and no longer has.
 * @param objects every object of either manifest, by reference
 */
export function helmWishes(objects: ReadonlyMap<string, HelmObject>, live: Snapshot): readonly Wish[] {
  return [...objects].flatMap(([text, object]): readonly Wish[] => {
    const { phase, release, chart } = object.reading.operation;
    const there = live.objects.get(text);
    const because = (why: string): Reason => ({ rule: 'helm', why, docs: DOCS });
    if (object.modified !== undefined) {
      const shared = {
        source: `chart ${chart}`,
        phase,
        stage: 'write',
        because: because(`release ${release} installs this object`),
      } as const;
      return [{ want: 'installed', object: object.modified, ...shared }];
    }
    const ref = parseRef(text);
    if (ref === undefined || there === undefined || isKeptByHelm(there)) return [];
    const why = `release ${release} no longer has it`;
    return [{ want: 'absent', ref, apiVersion: there.apiVersion, phase, stage: 'write', because: because(why) }];
  });
}

export interface Mending {
  readonly resources: ApiResources;
  readonly live: Snapshot;
}

export interface HelmPlan {
  readonly operations: readonly HelmOperation[];
  /** Changes of records, without which Helm would fail. */
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

/** Which of the runs have something to do, and what has to be mended before. */
export function planHelm(readings: readonly HelmReading[], changes: readonly Change[], mending: Mending): HelmPlan {
  const due = readings.filter(({ operation, isDue }) => isDue || changes.some(isMadeBy(operation)));
  const mended = due.map((reading) => mendRecord(reading, mending));
  return {
    operations: due.map(({ operation }) => operation),
    changes: mended.flatMap((one) => one.changes),
    problems: mended.flatMap((one) => one.problems),
  };
}

function isMadeBy({ release }: HelmOperation): (change: Change) => boolean {
  return (change) => helmReleaseOf(change) === release;
}

function mendRecord(reading: HelmReading, { resources, live }: Mending): Pick<HelmPlan, 'changes' | 'problems'> {
  const { release, namespace } = reading.operation;
  const { revision, secret } = reading.older;
  const isUpgrade = reading.operation.does.run === 'upgrade';
  const others = isUpgrade ? reading.modified : reading.original;
  const counterparts = snapshotOf(servedOnes(others, resources, namespace));
  const { rewritings, problems } = rewritingsOf(revision.objects, {
    release,
    namespace,
    resources,
    counterparts,
    live,
  });
  if (rewritings.length === 0) return { changes: [], problems };
  const notes = rewritings.map(rewritingText);
  return {
    changes: [rewriting(reading, secret, { after: reading.records.rewrite(secret, rewritings), notes, resources })],
    problems,
  };
}

interface Rewritten {
  readonly after: K8sObject;
  readonly notes: readonly string[];
  readonly resources: ApiResources;
}

function rewriting(
  { operation, older }: HelmReading,
  secret: K8sObject,
  { after, notes, resources }: Rewritten,
): Change {
  const resource = findResource(resources, secret.apiVersion, secret.kind);
  if (resource === undefined) throw new Error('the server serves no Secrets, and has one');
  const { release } = operation;
  const why = `Helm's record of ${release}, revision ${older.revision.revision}, says what Helm cannot work with on this server`;
  return {
    ref: refOf(secret),
    resource,
    phase: operation.phase,
    stage: 'write',
    because: [{ rule: 'helm-record', why, docs: RECORD_DOCS }],
    prediction: 'memory',
    conflicts: [],
    notes: [...notes, 'is kept on disk as it was, before it is written'],
    op: 'update',
    before: secret,
    after,
    steps: [{ do: 'rewrite', body: after }],
  };
}
