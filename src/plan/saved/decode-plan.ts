import { PHASES } from '../../core/phase.ts';
import {
  type Awaited,
  type DataPlanePlan,
  type Mention,
  type MtlsEffect,
  type MtlsState,
  PLAN_SCHEMA,
  type Plan,
  type Restart,
} from '../../core/plan.ts';
import type { Problem } from '../../core/problem.ts';
import { type Decoder, flag, listOf, oneOf, optional, record, text, wholeNumber } from './decode.ts';
import { change } from './decode-change.ts';
import { apiResource, objectRef, requirement } from './decode-object.ts';

const mention: Decoder<Mention> = record((take) => ({ ref: take('ref', objectRef), why: take('why', text) }));

const awaited: Decoder<Awaited> = record((take) => ({
  ref: take('ref', objectRef),
  resource: take('resource', apiResource),
}));

const problem: Decoder<Problem> = record((take) => ({
  id: take('id', text),
  severity: take('severity', oneOf('blocker', 'warning', 'note')),
  message: take('message', text),
  ref: take('ref', optional(objectRef)),
  hint: take('hint', optional(text)),
}));

const mtlsState: Decoder<MtlsState> = record((take) => ({
  server: take('server', oneOf('DISABLE', 'PERMISSIVE', 'STRICT', 'AMBIGUOUS')),
  client: take('client', oneOf('PLAINTEXT', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL')),
  isConflict: take('isConflict', flag),
  because: take('because', listOf(objectRef)),
}));

const mtlsEffect: Decoder<MtlsEffect> = record((take) => ({
  service: take('service', objectRef),
  port: take('port', wholeNumber),
  subset: take('subset', text),
  clients: take('clients', listOf(text)),
  before: take('before', optional(mtlsState)),
  after: take('after', optional(mtlsState)),
  verdict: take('verdict', oneOf('same', 'weaker', 'stricter', 'changed', 'new', 'gone')),
  alsoChanged: take('alsoChanged', listOf(text)),
}));

const restart: Decoder<Restart> = record((take) => {
  const isReinjected = take('isReinjected', optional(flag));
  return {
    ref: take('ref', objectRef),
    resource: take('resource', apiResource),
    way: take('way', oneOf('roll', 'evict')),
    isBegun: take('isBegun', flag),
    ...(isReinjected === undefined ? {} : { isReinjected }),
  };
});

const dataPlane: Decoder<DataPlanePlan> = record((take) => ({
  restarts: take('restarts', listOf(restart)),
  leftAlone: take('leftAlone', listOf(mention)),
}));

export const plan: Decoder<Plan> = record((take) => ({
  schema: take('schema', oneOf(PLAN_SCHEMA)),
  from: take('from', text),
  to: take('to', text),
  istioNamespace: take('istioNamespace', text),
  cluster: take(
    'cluster',
    record((field) => ({ address: field('address', text), version: field('version', text) })),
  ),
  phases: take('phases', listOf(oneOf(...PHASES))),
  changes: take('changes', listOf(change)),
  unchanged: take('unchanged', listOf(objectRef)),
  restsOn: take('restsOn', listOf(requirement)),
  skipped: take('skipped', listOf(mention)),
  leftovers: take('leftovers', listOf(mention)),
  problems: take('problems', listOf(problem)),
  checks: take('checks', listOf(text)),
  ignored: take('ignored', listOf(text)),
  mtls: take('mtls', listOf(mtlsEffect)),
  awaited: take(
    'awaited',
    record((phase) => ({
      crds: phase('crds', listOf(awaited)),
      config: phase('config', listOf(awaited)),
      'control-plane': phase('control-plane', listOf(awaited)),
      'data-plane': phase('data-plane', listOf(awaited)),
    })),
  ),
  dataPlane: take('dataPlane', optional(dataPlane)),
}));
