import { afterOf, beforeOf, type Change } from '../core/change.ts';
import type { JsonObject } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refOf, refText } from '../core/object.ts';
import type { MtlsState, Plan } from '../core/plan.ts';
import { escapeControls } from '../diff/escape.ts';
import { maskSecrets } from '../diff/mask.ts';
import { normalise } from '../diff/normalise.ts';
import { dataJson, dataYaml } from './data-text.ts';

/** A plan as data for programs: versioned by `schema`; objects without noise and with Secrets masked. */
export function planData(plan: Plan): JsonObject {
  const { schema, from, to, istioNamespace, cluster, phases } = plan;
  return {
    schema,
    from,
    to,
    istioNamespace,
    cluster: { address: cluster.address, version: cluster.version },
    phases,
    changes: plan.changes.map(changeData),
    unchanged: plan.unchanged.map(refText),
    skipped: plan.skipped.map(({ ref, why }) => ({ object: refText(ref), why })),
    leftovers: plan.leftovers.map(({ ref, why }) => ({ object: refText(ref), why })),
    dataPlane: plan.dataPlane && {
      restarts: plan.dataPlane.restarts.map(({ ref, way, isBegun }) => ({ object: refText(ref), way, isBegun })),
      leftAlone: plan.dataPlane.leftAlone.map(({ ref, why }) => ({ object: refText(ref), why })),
    },
    helm: plan.helm?.map(({ phase, release, namespace, chart, revision, does }) => ({
      phase,
      release,
      namespace,
      chart,
      revision,
      ...does,
    })),
    problems: plan.problems.map(({ id, severity, message, ref, hint }) => ({
      id,
      severity,
      message,
      object: optionalRef(ref),
      hint,
    })),
    checks: plan.checks,
    ignored: plan.ignored,
    mtls: plan.mtls.map(({ service, before, after, ...effect }) => ({
      service: refText(service),
      ...effect,
      before: mtlsStateData(before),
      after: mtlsStateData(after),
    })),
  };
}

function changeData(change: Change): JsonObject {
  const { before, after } = maskSecrets(shown(beforeOf(change)), shown(afterOf(change)));
  return {
    object: refText(change.ref),
    op: change.op,
    phase: change.phase,
    stage: change.stage,
    because: change.because.map(({ rule, why, docs }) => ({ rule, why, docs })),
    prediction: change.prediction,
    steps: change.steps.map((step) => step.do),
    conflicts: change.conflicts.map(({ owner, path, taken }) => ({ owner, path, taken })),
    notes: change.notes,
    requires: change.requires?.map(({ object }) => refText(refOf(object))),
    before,
    after,
  };
}

function mtlsStateData(state: MtlsState | undefined): JsonObject | undefined {
  return state === undefined ? undefined : { ...state, because: state.because.map(refText) };
}

function shown(object: K8sObject | undefined): K8sObject | undefined {
  return object === undefined ? undefined : normalise(object);
}

function optionalRef(ref: ObjectRef | undefined): string | undefined {
  return ref === undefined ? undefined : refText(ref);
}

export function planJson(plan: Plan): string {
  return dataJson(planData(plan));
}

export function planYaml(plan: Plan): string {
  return dataYaml(planData(plan));
}

/** One object that changes a line, as `kubectl … -o name` would. */
export function planNames(plan: Plan): string {
  return plan.changes.map(({ ref }) => `${escapeControls(refText(ref))}\n`).join('');
}
