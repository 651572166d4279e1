import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { object } from '../objects.ts';

const LABELS = { app: 'cart' };

/** A pod template of one container, `cart`, and whatever else the test wants. */
export function podTemplate(spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    metadata: { labels: LABELS, ...metadata },
    spec: { containers: [{ name: 'cart', image: 'registry.example.com/cart:3' }], ...spec },
  };
}

export function deployment(spec: JsonObject = {}, metadata: JsonObject = {}): K8sObject {
  return object('apps/v1', 'Deployment', 'shop/cart', {
    spec: { selector: { matchLabels: LABELS }, template: podTemplate(spec, metadata) },
  });
}

export function cronJob(spec: JsonObject = {}): K8sObject {
  return object('batch/v1beta1', 'CronJob', 'shop/report', {
    spec: { schedule: '1 2 * * *', jobTemplate: { spec: { template: podTemplate(spec) } } },
  });
}

/** One workload of every kind that injection knows. */
export function everyKind(spec: JsonObject = {}, metadata: JsonObject = {}): readonly K8sObject[] {
  const template = podTemplate(spec, metadata);
  const selected = { selector: { matchLabels: LABELS }, template };
  const { metadata: podMetadata, spec: podSpec } = template;
  return [
    object('apps/v1', 'Deployment', 'shop/a', { spec: selected }),
    object('extensions/v1beta1', 'Deployment', 'shop/b', { spec: { template } }),
    object('apps/v1', 'StatefulSet', 'shop/c', { spec: { ...selected, serviceName: 'c' } }),
    object('apps/v1', 'DaemonSet', 'shop/d', { spec: selected }),
    object('apps/v1', 'ReplicaSet', 'shop/e', { spec: selected }),
    object('v1', 'ReplicationController', 'shop/f', { spec: { selector: LABELS, template } }),
    object('batch/v1', 'Job', 'shop/g', { spec: { template } }),
    object('batch/v1beta1', 'CronJob', 'shop/h', { spec: { schedule: '@daily', jobTemplate: { spec: { template } } } }),
    object('apps.openshift.io/v1', 'DeploymentConfig', 'shop/i', { spec: { selector: LABELS, template } }),
    object('v1', 'Pod', 'shop/j', { metadata: podMetadata ?? {}, spec: podSpec ?? {} }),
  ];
}
