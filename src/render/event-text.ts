import type { RunEvent } from '../app/events.ts';
import { refText } from '../core/object.ts';
import { escapeControls } from '../diff/escape.ts';
import type { Style } from './style.ts';

const DONE: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
};

/** One event of a run as lines of progress. */
export function eventText(event: RunEvent, style: Style): readonly string[] {
  const time = style.dim(elapsed(event.at));
  switch (event.event) {
    case 'phase-started':
      return [`${time} ${style.bold(`phase ${event.phase}`)}: ${changesText(event.changes)}`];
    case 'change-started':
    case 'phase-done':
      return [];
    case 'change-done': {
      const isRestart = event.change.phase === 'data-plane' && event.outcome === 'written';
      if (isRestart) return [`${time} ${escapeControls(refText(event.change.ref))} ${style.warning('restarting')}`];
      const outcome = event.outcome === 'already-done' ? 'already done' : (DONE[event.change.op] ?? event.change.op);
      return [`${time} ${escapeControls(refText(event.change.ref))} ${style.added(outcome)}`];
    }
    case 'change-prepared':
      return [`${time} ${escapeControls(refText(event.change.ref))} ${style.added('prepared')}`];
    case 'kept':
      return [`${time} kept ${escapeControls(refText(event.ref))} as it was: ${escapeControls(event.where)}`];
    case 'helm-started': {
      const { does, release } = event.operation;
      return [`${time} ${style.bold(`helm ${does.run} ${escapeControls(release)}`)}: ${changesText(event.changes)}`];
    }
    case 'helm-said':
      return [`${time} helm: ${escapeControls(event.line)}`];
    case 'settling':
      return [`${time} giving Pilot ${event.milliseconds / 1000} s to put in force what was written`];
    case 'waiting':
      return event.waits.map(
        ({ ref, why }) => `${time} waiting for ${escapeControls(refText(ref))}: ${escapeControls(why)}`,
      );
    case 'evicted':
      return [
        `${time} evicted pod ${escapeControls(event.pod)} of ${escapeControls(refText(event.ref))}, ${event.left} to go`,
      ];
    case 'sidecars-checked':
      return [
        `${time} ${escapeControls(refText(event.ref))} ${style.added('runs the new sidecar')} (${event.pods} ${event.pods === 1 ? 'pod' : 'pods'}; ${event.done} of ${event.total} workloads)`,
      ];
    case 'ready':
      return [`${time} ${escapeControls(refText(event.ref))} is ready`];
    case 'verified':
      return [
        `${time} verified: ${event.changes} objects are as predicted, ${event.crds} CustomResourceDefinitions established`,
      ];
  }
}

function changesText(changes: number): string {
  return `${changes} ${changes === 1 ? 'change' : 'changes'}`;
}

/** `0:07`, `12:34` */
function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
