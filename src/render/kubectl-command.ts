import type { KubectlStep } from '../app/kubectl-steps.ts';
import type { ObjectRef } from '../core/object.ts';
import type { Awaited } from '../core/plan.ts';
import type { ApiResource } from '../core/resources.ts';

/** How long one rollout may take before kubectl gives up waiting. */
const PATIENCE = '10m';

/**
 * The command of a step, as a line for a shell.
 * @param path the file with the object; undefined where there is none
 * @returns undefined for a step that a person does
 */
export function commandOf(step: KubectlStep, path: string | undefined): string | undefined {
  switch (step.do) {
    case 'apply':
    case 'create':
    case 'replace':
      return `kubectl ${step.do} -f ${path}`;
    case 'delete':
      return `kubectl delete ${objectWords(step)}`;
    case 'orphan':
      return `kubectl delete ${objectWords(step)} --cascade=orphan`;
    case 'by-hand':
      return undefined;
  }
}

export function waitEstablished(crds: readonly Awaited[]): string {
  return `kubectl wait --for=condition=Established --timeout=60s ${crds.map((crd) => word(nameOf(crd))).join(' ')}`;
}

export function waitRollout(workload: Awaited): string {
  return `kubectl rollout status ${objectWords(workload)} --timeout=${PATIENCE}`;
}

function objectWords(object: { readonly ref: ObjectRef; readonly resource: ApiResource }): string {
  const { namespace } = object.ref;
  return `${word(nameOf(object))}${namespace === '' ? '' : ` -n ${word(namespace)}`}`;
}

function nameOf({ ref, resource }: { readonly ref: ObjectRef; readonly resource: ApiResource }): string {
  return `${resource.resource}${resource.group === '' ? '' : `.${resource.group}`}/${ref.name}`;
}

/** Names of roles may hold what a shell reads otherwise. */
function word(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
