import type { RunEvent } from '../../app/events.ts';
import type { Change } from '../../core/change.ts';
import { counted, countedAre } from '../../core/counted.ts';
import { durationText } from '../../core/duration.ts';
import { type ObjectRef, refText } from '../../core/object.ts';
import { escapeControls } from '../../diff/escape.ts';
import type { Doing, RunningPhase } from './run-progress.ts';

const WORDS: Readonly<Record<Change['op'], { readonly done: string; readonly doing: string }>> = {
  create: { done: 'created', doing: 'creating' },
  update: { done: 'updated', doing: 'updating' },
  replace: { done: 'replaced', doing: 'replacing' },
  delete: { done: 'deleted', doing: 'deleting' },
};

/** What came from the cluster or from Helm, as part of one line. */
export function inLine(text: string): string {
  return escapeControls(text).replace(/\s+/g, ' ');
}

export function objectText(ref: ObjectRef): string {
  return inLine(refText(ref));
}

/** `5 of 7 changes, 2 of 4 workloads` */
export function doneText({ done, changes, workloads }: RunningPhase): string {
  const restarted = workloads === undefined ? '' : `, ${workloads.done} of ${counted(workloads.total, 'workload')}`;
  return `${done} of ${counted(changes, 'change')}${restarted}`;
}

/** What became of a change: `updated`. */
export function outcomeText({ change, outcome }: Extract<RunEvent, { event: 'change-done' }>): string {
  return outcome === 'already-done' ? 'already done' : WORDS[change.op].done;
}

/** `updating Deployment.apps/istio-system/istio-pilot` */
export function doingText(doing: Doing): string {
  switch (doing.event) {
    case 'change-started':
      return `${WORDS[doing.change.op].doing} ${objectText(doing.change.ref)}`;
    case 'helm-started':
      return `helm ${doing.operation.does.run} ${inLine(doing.operation.release)}`;
    case 'settling':
      return `giving Pilot ${durationText(doing.milliseconds)} to put in force what was written`;
  }
}

/** How many pods run the new sidecar, and how far the phase is: `(3 pods; 1 of 4 workloads)`. */
export function checkedText({ pods, done, total }: Extract<RunEvent, { event: 'sidecars-checked' }>): string {
  return `(${counted(pods, 'pod')}; ${done} of ${counted(total, 'workload')})`;
}

export function verifiedText({ changes, crds }: Extract<RunEvent, { event: 'verified' }>): string {
  return `verified: ${countedAre(changes, 'object')} as predicted, ${counted(crds, 'CustomResourceDefinition')} established`;
}
