import { UpgradeError } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type Answer, askInjector } from './ask-injector.ts';
import { isInjected } from './detect.ts';
import { type Grafted, graft } from './graft.ts';
import type { Injector, InjectorInput } from './injector.ts';
import { missingFromOriginal } from './original.ts';
import type { Overwriting } from './overwritten.ts';
import { refusals } from './refusals.ts';
import { strip } from './strip.ts';

export interface Reinjection {
  readonly live: K8sObject;
  /** The workload with the new sidecar; undefined where it is left as it is, and why is among the problems. */
  readonly object: K8sObject | undefined;
  /** What went out and what came in, as paths in the pod spec, and annotations. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Fields of the live object that its original manifest has not, or has otherwise; nothing without an original. */
  readonly missing: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ReinjectOptions {
  readonly injector: Injector;
  /** The target's configuration. */
  readonly input: InjectorInput;
  /** What the injection in force overwrites in workloads of a namespace. */
  readonly old: (namespace: string) => Overwriting;
  /** The manifest to inject instead of the live object, where there is one. */
  readonly originalOf?: (ref: ObjectRef) => K8sObject | undefined;
}

/**
 * Takes the sidecars that were injected by hand out of workloads and puts the target's in. Every other field stays as it is.
 * @param workloads live objects; those without a sidecar of their own are passed over
 * @returns one for each workload that was injected by hand, in their order
 * @throws UpgradeError when the injector refuses all of them for the same reason
 */
export async function reinject(
  workloads: readonly K8sObject[],
  options: ReinjectOptions,
): Promise<readonly Reinjection[]> {
  const prepared = workloads.filter(isInjected).map((live) => prepare(live, options));
  const ready = prepared.filter(({ base }) => base !== undefined);
  const bases = ready.map(({ live, base }) => base ?? live);
  const answers = await askInjector(bases, options.injector, options.input);
  const answerOf = new Map(ready.map((one, index) => [one, answers[index]]));
  return prepared.map((one) => finished(one, answerOf.get(one)));
}

interface Prepared extends Omit<Reinjection, 'object' | 'added'> {
  /** What is injected; undefined for a workload that is left as it is. */
  readonly base: K8sObject | undefined;
}

function prepare(live: K8sObject, { old, originalOf }: ReinjectOptions): Prepared {
  const overwriting = old(live.metadata.namespace ?? '');
  const bare = strip(live, overwriting);
  const original = originalOf?.(refOf(live));
  if (original === undefined) {
    const problems = [...refusals(bare.object), ...bare.problems];
    return { ...bare, live, missing: [], problems, base: bare.isClean ? allowed(bare.object) : undefined };
  }
  const source = strip(inPlaceOf(live, original), overwriting);
  const missing = missingFromOriginal(bare.object, source.object);
  const problems = [...refusals(source.object), ...source.problems];
  const base = source.isClean ? allowed(source.object) : undefined;
  return { live, removed: bare.removed, missing, problems, base };
}

/** A manifest often leaves its namespace to kubectl, and the sidecar's arguments need it; its API version may be an older one. */
function inPlaceOf({ apiVersion, metadata: { namespace } }: K8sObject, original: K8sObject): K8sObject {
  const metadata = namespace === undefined ? original.metadata : { ...original.metadata, namespace };
  return { ...original, apiVersion, metadata };
}

function allowed(workload: K8sObject): K8sObject | undefined {
  return refusals(workload).length === 0 ? workload : undefined;
}

function finished({ base, ...prepared }: Prepared, answer: Answer | undefined): Reinjection {
  const left = { ...prepared, object: undefined, removed: [], added: [] };
  const ref = refOf(prepared.live);
  if (base === undefined || answer === undefined) return left;
  if (answer instanceof UpgradeError) return { ...left, problems: [...prepared.problems, failed(ref, answer)] };
  const result: Grafted = graft(base, answer);
  if (result.added.length === 0) return { ...left, problems: [...prepared.problems, notInjected(ref)] };
  return { ...prepared, ...result, problems: [...prepared.problems, ...result.problems] };
}

function failed(ref: ObjectRef, { message, hint }: UpgradeError): Problem {
  return { id: 'injection-failed', severity: 'blocker', ref, message, hint };
}

function notInjected(ref: ObjectRef): Problem {
  const message = 'the injector adds no sidecar to it; the old sidecar stays';
  return { id: 'not-injected', severity: 'warning', ref, message, hint: 'pods on the host network get none' };
}
