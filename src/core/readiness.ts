import { counted } from './counted.ts';
import { type Json, listAt, numberAt, stringAt, valueAt } from './json.ts';
import type { K8sObject } from './object.ts';

/** Whether an object has become what its spec asks for; if not, why not, in words. `failed`: waiting longer will not help. */
export type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly why: string }
  | { readonly state: 'failed'; readonly why: string };

const READY: Readiness = { state: 'ready' };
const waiting = (why: string): Readiness => ({ state: 'waiting', why });

/**
 * The rules of `kubectl rollout status` for workloads, `Established` for CustomResourceDefinitions.
 * Kinds that have no such notion are ready as soon as they exist.
 */
export function readinessOf(object: K8sObject): Readiness {
  if (object.kind === 'CustomResourceDefinition') return crdReadiness(object);
  if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind)) return READY;
  const observed = numberAt(valueAt(object, 'status', 'observedGeneration')) ?? 0;
  const generation = numberAt(object.metadata.generation) ?? 0;
  if (observed < generation) return waiting('its controller has not seen the new spec yet');
  if (object.kind === 'Deployment') return deploymentReadiness(object);
  return object.kind === 'StatefulSet' ? statefulSetReadiness(object) : daemonSetReadiness(object);
}

function crdReadiness(crd: K8sObject): Readiness {
  const refused = condition(crd, 'NamesAccepted');
  if (refused && refused.status === 'False') return { state: 'failed', why: `names not accepted: ${refused.message}` };
  return condition(crd, 'Established')?.status === 'True' ? READY : waiting('not established yet');
}

function deploymentReadiness(deployment: K8sObject): Readiness {
  if (valueAt(deployment, 'spec', 'paused') === true && !isRolledOut(deployment)) {
    return { state: 'failed', why: 'its rollout is paused: resume it with kubectl rollout resume' };
  }
  const progressing = condition(deployment, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return { state: 'failed', why: 'its rollout exceeded its progress deadline' };
  const wanted = numberAt(valueAt(deployment, 'spec', 'replicas')) ?? 1;
  const { updatedReplicas, replicas, availableReplicas } = counts(deployment);
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} of ${wanted} new pods created`);
  if (replicas > updatedReplicas) return waiting(`${counted(replicas - updatedReplicas, 'old pod')} still to stop`);
  return availableReplicas < updatedReplicas
    ? waiting(`${availableReplicas} of ${updatedReplicas} new pods available`)
    : READY;
}

function isRolledOut(deployment: K8sObject): boolean {
  const wanted = numberAt(valueAt(deployment, 'spec', 'replicas')) ?? 1;
  const { updatedReplicas, replicas, availableReplicas } = counts(deployment);
  return updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= updatedReplicas;
}

function statefulSetReadiness(set: K8sObject): Readiness {
  const wanted = numberAt(valueAt(set, 'spec', 'replicas')) ?? 1;
  const { updatedReplicas, readyReplicas } = counts(set);
  if (readyReplicas < wanted) return waiting(`${readyReplicas} of ${wanted} pods ready`);
  const isUpdated = valueAt(set, 'status', 'currentRevision') === valueAt(set, 'status', 'updateRevision');
  return isUpdated || valueAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete'
    ? READY
    : waiting(`${updatedReplicas} of ${wanted} pods updated`);
}

function daemonSetReadiness(set: K8sObject): Readiness {
  if (valueAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return READY;
  const status = (name: string) => numberAt(valueAt(set, 'status', name)) ?? 0;
  const wanted = status('desiredNumberScheduled');
  if (status('updatedNumberScheduled') < wanted)
    return waiting(`${status('updatedNumberScheduled')} of ${wanted} pods updated`);
  return status('numberAvailable') < wanted
    ? waiting(`${status('numberAvailable')} of ${wanted} pods available`)
    : READY;
}

function counts(object: K8sObject) {
  const status = (name: string) => numberAt(valueAt(object, 'status', name)) ?? 0;
  return {
    replicas: status('replicas'),
    updatedReplicas: status('updatedReplicas'),
    readyReplicas: status('readyReplicas'),
    availableReplicas: status('availableReplicas'),
  };
}

function condition(object: K8sObject, type: string): { status: string; reason: string; message: string } | undefined {
  const found = listAt(valueAt(object, 'status', 'conditions')).find((item) => valueAt(item, 'type') === type);
  const text = (value: Json | undefined) => stringAt(value) ?? '';
  return found === undefined
    ? undefined
    : {
        status: text(valueAt(found, 'status')),
        reason: text(valueAt(found, 'reason')),
        message: text(valueAt(found, 'message')),
      };
}
