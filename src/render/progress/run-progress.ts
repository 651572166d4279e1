import type { RunEvent } from '../../app/events.ts';
import { type ObjectRef, refText } from '../../core/object.ts';
import type { Phase } from '../../core/phase.ts';

/** How far a run is. Times are milliseconds since it began. */
export interface RunProgress {
  /** When the last event came. */
  readonly at: number;
  readonly phase: RunningPhase | undefined;
  /** What is waited for or restarted, by its reference's text, oldest first. */
  readonly underWay: ReadonlyMap<string, UnderWay>;
  readonly phases: readonly PhaseTime[];
  /** What was waited for, in the order in which it was there. */
  readonly waits: readonly WaitTime[];
  readonly isVerified: boolean;
}

export interface RunningPhase {
  readonly name: Phase;
  readonly changes: number;
  readonly done: number;
  /** Of those that are restarted; undefined until the first one is done. */
  readonly workloads: { readonly done: number; readonly total: number } | undefined;
  readonly since: number;
  /** What was begun last and is not over. */
  readonly doing: Doing | undefined;
}

export type Doing = Extract<RunEvent, { event: 'change-started' | 'helm-started' | 'settling' }>;

export interface UnderWay {
  readonly ref: ObjectRef;
  readonly since: number;
  readonly why: string;
  /** Since when that has been so. */
  readonly whySince: number;
  /** Being ready is not the end of it: its sidecars are checked then. */
  readonly isRestarted: boolean;
}

export interface PhaseTime {
  readonly phase: Phase;
  readonly took: number;
}

export interface WaitTime {
  readonly ref: ObjectRef;
  readonly took: number;
}

/** Before the first event. */
export const NOT_BEGUN: RunProgress = {
  at: 0,
  phase: undefined,
  underWay: new Map(),
  phases: [],
  waits: [],
  isVerified: false,
};

/** The progress after one more event. */
export function advanced(progress: RunProgress, event: RunEvent): RunProgress {
  const now = { ...progress, at: event.at };
  switch (event.event) {
    case 'phase-started': {
      const { phase: name, changes, at: since } = event;
      return { ...now, phase: { name, changes, done: 0, workloads: undefined, since, doing: undefined } };
    }
    case 'phase-done': {
      const took = event.at - (progress.phase?.since ?? event.at);
      const phases = [...progress.phases, { phase: event.phase, took }];
      return { ...now, phase: undefined, underWay: new Map(), phases };
    }
    case 'change-started':
    case 'helm-started':
    case 'settling':
      return inPhase(now, { doing: event });
    case 'change-done': {
      const next = inPhase(now, { done: (progress.phase?.done ?? 0) + 1, doing: undefined });
      return isRestart(event)
        ? waitingFor(next, { ref: event.change.ref, why: 'its pods are being replaced', isRestarted: true })
        : next;
    }
    case 'waiting':
      return event.waits.reduce<RunProgress>(waitingFor, inPhase(now, { doing: undefined }));
    case 'ready':
      return isRestarting(progress, event.ref)
        ? waitingFor(now, { ref: event.ref, why: 'checking its sidecars' })
        : there(now, event.ref);
    case 'evicted': {
      const why = `pod ${event.pod} is evicted, ${event.left} to go`;
      return waitingFor(now, { ref: event.ref, why, isRestarted: true });
    }
    case 'sidecars-checked':
      return there(inPhase(now, { workloads: { done: event.done, total: event.total } }), event.ref);
    case 'verified':
      return { ...now, isVerified: true };
    case 'change-prepared':
    case 'kept':
    case 'helm-said':
      return now;
  }
}

// What is injected anew besides them (a CronJob) has no rollout.
const RESTARTED = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Whether a change is the beginning of a workload's restart. */
export function isRestart({ change, outcome }: Extract<RunEvent, { event: 'change-done' }>): boolean {
  return change.phase === 'data-plane' && outcome === 'written' && RESTARTED.includes(change.ref.kind);
}

/** How long an object has been waited for; undefined when it has not. */
export function waitedFor({ underWay }: RunProgress, ref: ObjectRef, at: number): number | undefined {
  const one = underWay.get(refText(ref));
  return one === undefined ? undefined : at - one.since;
}

/** Whether being ready is not the end of it. */
export function isRestarting({ underWay }: RunProgress, ref: ObjectRef): boolean {
  return underWay.get(refText(ref))?.isRestarted === true;
}

function inPhase(progress: RunProgress, parts: Partial<RunningPhase>): RunProgress {
  return progress.phase === undefined ? progress : { ...progress, phase: { ...progress.phase, ...parts } };
}

interface Waiting {
  readonly ref: ObjectRef;
  readonly why: string;
  readonly isRestarted?: boolean;
}

function waitingFor(progress: RunProgress, { ref, why, isRestarted = false }: Waiting): RunProgress {
  const { at, underWay } = progress;
  const known = underWay.get(refText(ref));
  const one: UnderWay = {
    ref,
    why,
    since: known?.since ?? at,
    whySince: known?.why === why ? known.whySince : at,
    isRestarted: isRestarted || known?.isRestarted === true,
  };
  return { ...progress, underWay: new Map([...underWay, [refText(ref), one]]) };
}

function there(progress: RunProgress, ref: ObjectRef): RunProgress {
  const took = waitedFor(progress, ref, progress.at);
  if (took === undefined) return progress;
  const name = refText(ref);
  const underWay = new Map([...progress.underWay].filter(([other]) => other !== name));
  return { ...progress, underWay, waits: [...progress.waits, { ref, took }] };
}
