import type { Change, FieldConflict, Op, Step } from '../core/change.ts';
import { counted } from '../core/counted.ts';
import { pathCount } from './count-fields.ts';

/** What a reader of the table should not miss about a change. */
export function marks({ conflicts, op, phase, prediction, stage, steps }: Change): string {
  const left = conflicts.filter(({ taken }) => !taken).length;
  return [
    ...(left === 0 ? [] : [counted(left, 'conflict')]),
    ...(prediction === 'memory' ? ['predicted in memory'] : []),
    ...(steps.some((step) => step.do === 'helm') ? ['by Helm'] : []),
    ...(stage === 'prepare' ? ['first'] : []),
    ...(stage === 'settled' ? [lateMark(op, steps)] : []),
    ...(stage === 'clean-up' && phase === 'config' ? ['last in its phase'] : []),
    ...(stage === 'after-rollout' ? ['after the rollout'] : []),
  ].join(', ');
}

function lateMark(op: Op, steps: Change['steps']): string {
  if (op === 'delete') return 'once its replacement is in force';
  return steps.some((step) => step.do === 'prepare') ? 'in two stages' : 'once the rest is in force';
}

/** Why an object changes, each reason once. */
export function whyText({ because }: Change): string {
  return [...new Set(because.map((reason) => reason.why))].join('; ');
}

export function conflictText({ owner, path, taken }: FieldConflict): string {
  return taken ? `takes ${path} from its owner "${owner}"` : `leaves ${path} to its owner "${owner}"`;
}

/** How a change is carried out. */
export function stepsText({ steps }: Change): string {
  return steps.map(stepText).join(', then ');
}

function stepText(step: Step): string {
  switch (step.do) {
    case 'hand-over':
      return `take over ${counted(pathCount(step.fields), 'field')} from ${step.from.join(', ') || 'whoever wrote them before the server kept a record'}`;
    case 'prepare':
      return 'apply a first form before anything rests on it';
    case 'apply':
      return 'apply';
    case 'orphan':
      return 'delete and leave its ReplicaSets running';
    case 'create':
      return 'create';
    case 'delete':
      return 'delete';
    case 'delete-orphan':
      return 'delete, unless a Deployment has adopted it';
    case 'restore':
      return 'put it back as it was, and its fields to their owners';
    case 'evict':
      return 'evict its pods one at a time';
    case 'rewrite':
      return 'keep it on disk as it is, then write it';
    case 'helm':
      return `Helm's run for release ${step.release}`;
  }
}
