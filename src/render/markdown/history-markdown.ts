import { counted } from '../../core/counted.ts';
import type { KeptRun } from '../../core/run.ts';
import { RUNS_HEAD, runFacts, runRow, WRITES_HEAD, writeRow } from '../history-rows.ts';
import { folded } from './blocks.ts';
import { facts, wayText } from './facts.ts';
import { code, prose } from './inline.ts';
import { fitting, type Measure } from './limit.ts';
import { rowsTable } from './rows-table.ts';

/** The runs that are kept, as a table, the oldest first; where they are too many, the last of them. */
export function historyMarkdown(runs: readonly KeptRun[]): string {
  if (runs.length === 0) return 'no run is kept\n';
  return fitting(({ other }) => {
    const rows = other === 0 ? [] : runs.slice(-other).map(runRow);
    const left = runs.length - rows.length;
    return `${rowsTable(RUNS_HEAD, rows)}\n${left === 0 ? '' : `\nand ${left} before these\n`}`;
  });
}

/** One run, for the ticket that asked for it: what it was about, who ran it, how it ended, and each of its writes. */
export function runMarkdown(run: KeptRun): string {
  return fitting((measure) => `${sections(run, measure).join('\n\n')}\n`);
}

function sections(run: KeptRun, { other }: Measure): readonly string[] {
  const { record, entries } = run;
  const told = runFacts(run).map(
    ([name, value]) =>
      [
        `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
        name === 'command' ? code(`kubectl istio-upgrade ${value}`) : prose(value),
      ] as const,
  );
  const rows = entries.slice(0, other).map(writeRow);
  const left = entries.length - rows.length;
  return [
    `## ${wayText(record.from, record.to)}: run ${code(record.id)}`,
    facts(told),
    ...(entries.length === 0
      ? []
      : ['### Writes', folded(counted(rows.length, 'write'), rows.length, rowsTable(WRITES_HEAD, rows))]),
    ...(left === 0 ? [] : [`and ${left} more`]),
  ];
}
