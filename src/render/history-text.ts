import { refText } from '../core/object.ts';
import type { JournalEntry, KeptRun } from '../core/run.ts';
import { escapeControls } from '../diff/escape.ts';
import { type Cell, columns } from './columns.ts';
import type { Style } from './style.ts';

/** The runs that are kept, a line each, the oldest first. */
export function historyText(runs: readonly KeptRun[], style: Style): string {
  if (runs.length === 0) return 'no run is kept\n';
  const head = ['RUN', 'BEGAN', 'ISTIO', 'PHASES', 'OUTCOME', 'CHANGES', 'NAMESPACE', 'CLUSTER'];
  return `${columns([head, ...runs.map(row)], style)}\n`;
}

/** One run: what it was about, who ran it, and each of its writes. */
export function runText(run: KeptRun, style: Style): string {
  const { record, entries } = run;
  const { by, cluster, outcome } = record;
  const who = [by.account, ...(by.context ? [`context ${by.context}`] : []), ...(by.user ? [`user ${by.user}`] : [])];
  const facts: readonly (readonly [string, string])[] = [
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
  const lines = facts.map(([name, value]) => `${style.bold(`${name}:`.padEnd(15))} ${escapeControls(value)}`);
  const head = ['WRITE', 'OBJECT', 'ANSWER'];
  const writes = entries.map((entry) => [entry.verb, refText(entry.ref), answerOf(entry)]);
  return `${lines.join('\n')}\n\n${columns([head, ...writes], style)}\n`;
}

function row({ record, entries }: KeptRun): readonly (string | Cell)[] {
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
