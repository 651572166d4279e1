import { durationText } from '../../core/duration.ts';
import type { RunProgress, WaitTime } from './run-progress.ts';
import { objectText } from './words.ts';

const SLOWEST_SHOWN = 3;
/** What took less is not worth a line. */
const SLOW = 5000;

/** How long a run took in all, and each phase of several: `1m24s (crds 2s, config 15s, control-plane 1m07s)`. */
export function timesText({ at, phases }: RunProgress): string {
  const each = phases.map(({ phase, took }) => `${phase} ${durationText(took)}`).join(', ');
  return phases.length > 1 ? `${durationText(at)} (${each})` : durationText(at);
}

/** What of several things was waited for longest; undefined where nothing took long. */
export function slowestText({ waits }: RunProgress): string | undefined {
  const slowest = waits.toSorted((a, b) => b.took - a.took).slice(0, SLOWEST_SHOWN);
  const [first, second] = slowest;
  if (first === undefined || second === undefined || first.took < SLOW) return undefined;
  return `waited longest for: ${slowest.map(slowText).join(', ')}`;
}

function slowText({ ref, took }: WaitTime): string {
  return `${objectText(ref)} ${durationText(took)}`;
}
