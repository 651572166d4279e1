import type { RunEvent } from '../../app/events.ts';
import { counted } from '../../core/counted.ts';
import { durationText, elapsedText } from '../../core/duration.ts';
import { refText } from '../../core/object.ts';
import type { Style } from '../style.ts';
import { isRestart, isRestarting, type RunProgress, type UnderWay, waitedFor } from './run-progress.ts';
import { checkedText, doingText, inLine, objectText, outcomeText, verifiedText } from './words.ts';

const REMIND_EVERY = 30_000;
/** `59m59s` */
const WIDEST_TIME = 6;

/**
 * One event of a run as lines of a log: one when something begins, one when it ends and how long it took. Each begins with the time since
 * the run began.
 * @param before how far the run was
 */
export function logLines(event: RunEvent, before: RunProgress, style: Style): readonly string[] {
  return textsOf(event, before, style).map((text) => stamped(event.at, text, style));
}

/** What is still waited for, each as often as it has been so for another while between two times of the run. */
export function reminders(
  { underWay }: RunProgress,
  { from, to }: { readonly from: number; readonly to: number },
  style: Style,
): readonly string[] {
  const rounds = ({ whySince }: UnderWay, time: number) => Math.floor((time - whySince) / REMIND_EVERY);
  return [...underWay.values()]
    .filter((one) => rounds(one, to) > Math.max(0, rounds(one, from)))
    .map((one) => stamped(to, `${waitingText(one)} (for ${durationText(to - one.since)})`, style));
}

function stamped(at: number, text: string, style: Style): string {
  return `${style.dim(elapsedText(at).padStart(WIDEST_TIME))} ${text}`;
}

function textsOf(event: RunEvent, before: RunProgress, style: Style): readonly string[] {
  switch (event.event) {
    case 'phase-started':
      return [`${style.bold(`phase ${event.phase}`)}: ${counted(event.changes, 'change')}`];
    case 'phase-done':
      return [`${style.bold(`phase ${event.phase}`)} done in ${durationText(event.at - (before.phase?.since ?? 0))}`];
    case 'change-started':
      return [];
    case 'change-done':
      return [`${objectText(event.change.ref)} ${changeText(event, style)}`];
    case 'change-prepared':
      return [`${objectText(event.change.ref)} ${style.added('prepared')}`];
    case 'kept':
      return [`kept ${objectText(event.ref)} as it was: ${inLine(event.where)}`];
    case 'helm-started':
      return [`${style.bold(doingText(event))}: ${counted(event.changes, 'change')}`];
    case 'helm-said':
      return [`helm: ${inLine(event.line)}`];
    case 'settling':
      return [doingText(event)];
    case 'waiting':
      return event.waits
        .filter(({ ref, why }) => before.underWay.get(refText(ref))?.why !== why)
        .map((wait) => waitingText(wait));
    case 'ready':
      return readyTexts(event, before);
    case 'evicted':
      return [`evicted pod ${inLine(event.pod)} of ${objectText(event.ref)}, ${event.left} to go`];
    case 'sidecars-checked':
      return [
        `${objectText(event.ref)} ${style.added('runs the new sidecar')} ${checkedText(event)}${after(event, before)}`,
      ];
    case 'verified':
      return [verifiedText(event)];
  }
}

function changeText(event: Extract<RunEvent, { event: 'change-done' }>, style: Style): string {
  return isRestart(event) ? style.warning('restarting') : style.added(outcomeText(event));
}

function waitingText({ ref, why }: Pick<UnderWay, 'ref' | 'why'>): string {
  return `waiting for ${objectText(ref)}: ${inLine(why)}`;
}

/** Several that wait for the same object find it ready one after the other. */
function readyTexts(event: Extract<RunEvent, { event: 'ready' }>, before: RunProgress): readonly string[] {
  const isTold = waitedFor(before, event.ref, event.at) === undefined || isRestarting(before, event.ref);
  return isTold ? [] : [`${objectText(event.ref)} is ready${after(event, before)}`];
}

function after({ ref, at }: Extract<RunEvent, { event: 'ready' | 'sidecars-checked' }>, before: RunProgress): string {
  const took = waitedFor(before, ref, at);
  return took === undefined ? '' : ` after ${durationText(took)}`;
}
