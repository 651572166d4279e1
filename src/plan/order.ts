import { type Change, helmReleaseOf } from '../core/change.ts';
import { refText } from '../core/object.ts';
import { PHASES, STAGES } from '../core/phase.ts';

// What others need comes before what needs it; custom resources, which only the components read, come last. The injector's
// configuration, workload and webhook stand next to each other: a running injector cannot read the other version's template.
const KINDS = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'ServiceAccount',
  'Secret',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'PersistentVolumeClaim',
  'Service',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'ConfigMap',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'Job',
  'Ingress',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];
const INJECTOR = 'istio-sidecar-injector';
const INJECTOR_KINDS = ['ConfigMap', 'Deployment', 'MutatingWebhookConfiguration'];

/**
 * Changes in the order in which they are carried out; the same order for the same set, however it came in. Within a stage nothing is
 * deleted before everything is written, and deletions run backwards; what Helm makes, it makes once all else of the stage is written.
 */
export function inOrder(changes: readonly Change[]): readonly Change[] {
  return [...changes].sort(
    (a, b) =>
      PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) ||
      STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) ||
      Number(isHelms(a)) - Number(isHelms(b)) ||
      Number(a.op === 'delete') - Number(b.op === 'delete') ||
      (a.op === 'delete' ? kindRank(b) - kindRank(a) : kindRank(a) - kindRank(b)) ||
      compareText(refText(a.ref), refText(b.ref)),
  );
}

function isHelms(change: Change): boolean {
  return helmReleaseOf(change) !== undefined;
}

function kindRank({ ref, resource }: Change): number {
  if (ref.name === INJECTOR && INJECTOR_KINDS.includes(ref.kind))
    return KINDS.length + INJECTOR_KINDS.indexOf(ref.kind);
  const isBuiltIn = KINDS.includes(ref.kind) && !resource.group.endsWith('.istio.io');
  return isBuiltIn ? KINDS.indexOf(ref.kind) : KINDS.length + INJECTOR_KINDS.length;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
