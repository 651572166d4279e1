import type { JsonObject } from '../core/json.ts';
import { refText } from '../core/object.ts';
import type { KeptRun } from '../core/run.ts';

export const HISTORY_SCHEMA = 'istio-upgrade/history/v1';

/** The runs that are kept as data for programs: what each was about, without its plan and its objects. */
export function historyData(runs: readonly KeptRun[]): JsonObject {
  return { schema: HISTORY_SCHEMA, runs: runs.map(aboutRun) };
}

/** One run with its plan and its writes; of the objects only the names, since they may be Secrets. */
export function runData(run: KeptRun): JsonObject {
  const writes = run.entries.map(({ verb, ref, result }) => ({ verb, object: refText(ref), result }));
  return { schema: HISTORY_SCHEMA, ...aboutRun(run), plan: run.record.plan, writes };
}

function aboutRun({ record, entries }: KeptRun): JsonObject {
  const { schema: _schema, changes: _changes, restarts, plan: _plan, by, cluster, outcome, ...rest } = record;
  const written = new Set(entries.filter(({ result }) => result !== 'refused').map(({ ref }) => refText(ref)));
  return {
    ...rest,
    by: { ...by },
    cluster: { ...cluster },
    restarts: restarts.map(({ ref }) => refText(ref)),
    objects: written.size,
    outcome: outcome === undefined ? null : { ...outcome },
  };
}
