import { refText } from '../core/object.ts';
import type { JournalEntry, KeptRun } from '../core/run.ts';
import type { Cell } from './columns.ts';

export const RUNS_HEAD = ['RUN', 'BEGAN', 'ISTIO', 'PHASES', 'OUTCOME', 'CHANGES', 'NAMESPACE', 'CLUSTER'] as const;
export const WRITES_HEAD = ['WRITE', 'OBJECT', 'ANSWER'] as const;

/** What a run was about, how it was asked for, and how it ended. */
export function runFacts({ record }: KeptRun): readonly (readonly [name: string, value: string])[] {
  const { by, cluster, outcome } = record;
  const who = [by.account, ...(by.context ? [`context ${by.context}`] : []), ...(by.user ? [`user ${by.user}`] : [])];
  return [
    ['run', record.id],
    ['upgrade', `Istio ${record.from} → ${record.to}, phases ${record.phases.join(', ')}`],
    ['control plane', `${record.istioNamespace} on ${cluster.address}`],
    ['by', who.join(', ')],
    ['command', record.words.join(' ')],
    ['answer', record.answer],
    ['tool', record.tool],
    ...(record.ignored.length === 0 ? [] : [['ignored', record.ignored.join(', ')] as const]),
    ...(record.undoes.length === 0 ? [] : [['takes back', record.undoes.join(', ')] as const]),
    ['began', record.startedAt],
    ['outcome', outcome === undefined ? 'none: it was cut off' : `${outcome.result} at ${outcome.at}`],
    ...(outcome?.message === undefined ? [] : [['because', outcome.message] as const]),
  ];
}

export function writeRow(entry: JournalEntry): readonly string[] {
  return [entry.verb, refText(entry.ref), answerOf(entry)];
}

export function runRow({ record, entries }: KeptRun): readonly (string | Cell)[] {
  const { id, startedAt, from, to, phases, undoes, outcome, istioNamespace, cluster } = record;
  const written = new Set(entries.filter(({ result }) => result !== 'refused').map(({ ref }) => refText(ref)));
  const way = undoes.length === 0 ? `${from} → ${to}` : `${from} → ${to} (takes back ${undoes.join(', ')})`;
  return [
    id,
    startedAt.replace('T', ' ').replace(/\..*/, ' UTC'),
    way,
    phases.join(', '),
    outcomeCell(outcome?.result),
    String(written.size),
    istioNamespace,
    cluster.address,
  ];
}

function outcomeCell(result: string | undefined): Cell {
  if (result === undefined) return { text: 'cut off', style: 'error' };
  return { text: result, style: result === 'done' ? 'added' : 'warning' };
}

function answerOf({ result, before, after }: JournalEntry): string {
  if (result !== 'done') return result === 'refused' ? 'refused' : 'none is kept';
  if (after === undefined) return 'deleted';
  return before === undefined ? 'created' : 'changed';
}
