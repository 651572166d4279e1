import { UpgradeError } from '../core/errors.ts';
import { LAST_APPLIED } from '../core/last-applied.ts';
import { annotationsOf, type K8sObject } from '../core/object.ts';
import type { Injector, InjectorInput } from './injector.ts';
import { withKeys } from './pod-template.ts';

/** An injected workload, or why it was refused. */
export type Answer = K8sObject | UpgradeError;

/** What the injector is shown of an object: neither its history nor its state. */
function handedOver(workload: K8sObject): K8sObject {
  const { name, namespace, labels } = workload.metadata;
  const own = withKeys(annotationsOf(workload), { [LAST_APPLIED]: undefined });
  const annotations = Object.keys(own).length === 0 ? undefined : own;
  const metadata = { ...withKeys({}, { namespace, labels, annotations }), name };
  const { apiVersion, kind, spec } = workload;
  return spec === undefined ? { apiVersion, kind, metadata } : { apiVersion, kind, metadata, spec };
}

/**
 * Asks an injector for all workloads at once; when that is refused for one by one, which tells whose fault it is.
 * @returns as many, in the same order
 * @throws UpgradeError when it refuses all of several for the same reason
 */
export async function askInjector(
  workloads: readonly K8sObject[],
  injector: Injector,
  input: InjectorInput,
): Promise<readonly Answer[]> {
  const bases = workloads.map(handedOver);
  if (bases.length === 0) return [];
  try {
    return await injector.inject(bases, input);
  } catch (error) {
    if (!(error instanceof UpgradeError) || bases.length === 1) return [asAnswer(error)];
  }
  const answers: Answer[] = [];
  for (const base of bases) answers.push(await askAlone(base, injector, input));
  const [first] = answers;
  const isEveryones = answers.every((one) => one instanceof UpgradeError && one.message === messageOf(first));
  if (isEveryones && first instanceof UpgradeError) throw first;
  return answers;
}

async function askAlone(base: K8sObject, injector: Injector, input: InjectorInput): Promise<Answer> {
  try {
    const [answer] = await injector.inject([base], input);
    return answer ?? new UpgradeError('the injector gave no answer');
  } catch (error) {
    return asAnswer(error);
  }
}

function asAnswer(error: unknown): UpgradeError {
  if (error instanceof UpgradeError) return error;
  throw error;
}

function messageOf(answer: Answer | undefined): string | undefined {
  return answer instanceof UpgradeError ? answer.message : undefined;
}
