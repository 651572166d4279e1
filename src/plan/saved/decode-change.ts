import type { Change, FieldConflict, Step } from '../../core/change.ts';
import { valueAt } from '../../core/json.ts';
import { PHASES, STAGES } from '../../core/phase.ts';
import type { Reason } from '../../core/wish.ts';
import { type Decoder, flag, jsonObject, listOf, oneOf, optional, record, type Take, text } from './decode.ts';
import { apiResource, k8sObject, objectRef, requirement } from './decode-object.ts';

const reason: Decoder<Reason> = record((take) => ({
  rule: take('rule', text),
  why: take('why', text),
  docs: take('docs', text),
}));

const conflict: Decoder<FieldConflict> = record((take) => ({
  owner: take('owner', text),
  path: take('path', text),
  taken: take('taken', flag),
}));

/** Runs of Helm are in no saved plan, and neither is a way back. */
type SavedStep = Exclude<Step, { readonly do: 'helm' | 'rewrite' | 'restore' | 'delete-orphan' }>;

const step: Decoder<SavedStep> = (value, at) => {
  const kind = oneOf(
    'hand-over',
    'apply',
    'prepare',
    'orphan',
    'create',
    'delete',
    'evict',
  )(valueAt(value, 'do'), `${at}.do`);
  return record((take) => stepOf(kind, take))(value, at);
};

function stepOf(kind: SavedStep['do'], take: Take): SavedStep {
  take('do', text);
  switch (kind) {
    case 'hand-over':
      return { do: kind, from: take('from', listOf(text)), fields: take('fields', jsonObject) };
    case 'apply':
    case 'create':
      return { do: kind, body: take('body', k8sObject) };
    case 'prepare':
      return { do: kind, body: take('body', k8sObject), after: take('after', k8sObject) };
    case 'orphan':
    case 'delete':
    case 'evict':
      return { do: kind };
  }
}

export const change: Decoder<Change> = (value, at) => {
  const op = oneOf('create', 'update', 'replace', 'delete')(valueAt(value, 'op'), `${at}.op`);
  return record((take) => changeOf(op, take))(value, at);
};

function changeOf(op: Change['op'], take: Take): Change {
  take('op', text);
  const requires = take('requires', optional(listOf(requirement)));
  const shared = {
    ref: take('ref', objectRef),
    resource: take('resource', apiResource),
    phase: take('phase', oneOf(...PHASES)),
    stage: take('stage', oneOf(...STAGES)),
    because: take('because', listOf(reason)),
    prediction: take('prediction', oneOf('server', 'memory')),
    conflicts: take('conflicts', listOf(conflict)),
    notes: take('notes', listOf(text)),
    ...(requires === undefined ? {} : { requires }),
    steps: take('steps', listOf(step)),
  };
  if (op === 'create') return { ...shared, op, after: take('after', k8sObject) };
  const before = take('before', k8sObject);
  if (op === 'delete') return { ...shared, op, before };
  const after = take('after', k8sObject);
  return op === 'update'
    ? { ...shared, op, before, after }
    : { ...shared, op, before, after, immutable: take('immutable', listOf(text)) };
}
