import type { KeptRun } from '../core/run.ts';
import { escapeControls } from '../diff/escape.ts';
import { columns } from './columns.ts';
import { RUNS_HEAD, runFacts, runRow, WRITES_HEAD, writeRow } from './history-rows.ts';
import type { Style } from './style.ts';

/** The runs that are kept, a line each, the oldest first. */
export function historyText(runs: readonly KeptRun[], style: Style): string {
  if (runs.length === 0) return 'no run is kept\n';
  return `${columns([RUNS_HEAD, ...runs.map(runRow)], style)}\n`;
}

/** One run: what it was about, who ran it, and each of its writes. */
export function runText(run: KeptRun, style: Style): string {
  const lines = runFacts(run).map(([name, value]) => `${style.bold(`${name}:`.padEnd(15))} ${escapeControls(value)}`);
  return `${lines.join('\n')}\n\n${columns([WRITES_HEAD, ...run.entries.map(writeRow)], style)}\n`;
}
