import { counted } from '../../core/counted.ts';
import type { Row } from './row.ts';
import type { RunningPhase, RunProgress, UnderWay } from './run-progress.ts';
import { doingText, doneText, inLine, objectText } from './words.ts';

/**
 * What a terminal shows of a run in progress: a row for each workload that is waited for, and below them one for the phase.
 * @param at milliseconds since the run began
 * @param most rows that there is room for
 */
export function liveRows(progress: RunProgress, at: number, most: number): readonly Row[] {
  const { phase, underWay } = progress;
  const last = phase === undefined ? betweenPhases(progress, at) : [phaseRow(phase, underWay.size, at)];
  const waits = [...underWay.values()].map((one) => waitRow(one, at));
  return [...upTo(most - last.length, waits), ...last.slice(0, Math.max(0, most))];
}

function upTo(most: number, rows: readonly Row[]): readonly Row[] {
  if (rows.length <= most) return rows;
  const shown = rows.slice(0, Math.max(0, most - 1));
  if (most <= 0) return [];
  const text = `and ${rows.length - shown.length} more`;
  return [...shown, { state: 'running', took: undefined, cells: [{ text, style: 'dim' }] }];
}

/** All that is written is read once more after the last phase. */
function betweenPhases({ phases, isVerified, at: since }: RunProgress, at: number): readonly Row[] {
  if (phases.length === 0 || isVerified) return [];
  return [{ state: 'running', took: at - since, cells: [{ text: 'verifying what was written' }] }];
}

function phaseRow(phase: RunningPhase, waits: number, at: number): Row {
  const { name, since, doing } = phase;
  const waiting = waits === 0 ? '' : `, waiting for ${counted(waits, 'object')}`;
  const text = `: ${doneText(phase)}${doing === undefined ? waiting : `, ${doingText(doing)}`}`;
  return { state: 'running', took: at - since, cells: [{ text: `phase ${name}`, style: 'bold' }, { text }] };
}

function waitRow({ ref, why, since }: UnderWay, at: number): Row {
  return {
    state: 'running',
    took: at - since,
    cells: [{ text: `${objectText(ref)}: ` }, { text: inLine(why), style: 'dim' }],
  };
}
