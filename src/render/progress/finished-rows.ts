import type { RunEvent } from '../../app/events.ts';
import { counted } from '../../core/counted.ts';
import type { Row } from './row.ts';
import { isRestarting, type RunProgress, waitedFor } from './run-progress.ts';
import { checkedText, doneText, inLine, objectText, verifiedText } from './words.ts';

/**
 * What of an event stays on a terminal: a row for each phase and workload that is over, and what is told once.
 * @param before how far the run was
 */
export function finishedRows(event: RunEvent, before: RunProgress): readonly Row[] {
  switch (event.event) {
    case 'phase-done':
      return before.phase === undefined ? [] : [phaseRow(before.phase, event.at - before.phase.since)];
    case 'ready': {
      const took = waitedFor(before, event.ref, event.at);
      if (took === undefined || isRestarting(before, event.ref)) return [];
      return [{ state: 'done', took, cells: [{ text: `${objectText(event.ref)} is ready` }] }];
    }
    case 'sidecars-checked': {
      const text = `${objectText(event.ref)} runs the new sidecar ${checkedText(event)}`;
      return [{ state: 'done', took: waitedFor(before, event.ref, event.at), cells: [{ text }] }];
    }
    case 'kept':
      return [note(`kept ${objectText(event.ref)} as it was: ${inLine(event.where)}`)];
    case 'helm-said':
      return [note(`helm: ${inLine(event.line)}`)];
    case 'verified':
      return [{ state: 'done', took: event.at - before.at, cells: [{ text: verifiedText(event) }] }];
    case 'phase-started':
    case 'change-started':
    case 'change-done':
    case 'change-prepared':
    case 'helm-started':
    case 'settling':
    case 'waiting':
    case 'evicted':
      return [];
  }
}

/** The phase in which a run ended before its end; nothing else of what was shown stays. */
export function brokenOffRows({ phase }: RunProgress, at: number): readonly Row[] {
  if (phase === undefined) return [];
  const { name, since } = phase;
  const text = `: ${doneText(phase)}`;
  return [{ state: 'failed', took: at - since, cells: [{ text: `phase ${name}`, style: 'bold' }, { text }] }];
}

function phaseRow({ name, changes }: NonNullable<RunProgress['phase']>, took: number): Row {
  const cells = [{ text: `phase ${name}`, style: 'bold' }, { text: `: ${counted(changes, 'change')}` }] as const;
  return { state: 'done', took, cells };
}

function note(text: string): Row {
  return { state: 'running', took: undefined, cells: [{ text }] };
}
