import { listAt, stringAt, valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';

/** A node that is ready and has room. */
export function node(name: string, address: string): K8sObject {
  const capacity = { cpu: '64', memory: '256Gi', pods: '1000', 'ephemeral-storage': '1Ti' };
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    lastTransitionTime: now(),
    lastHeartbeatTime: now(),
  };
  const addresses = [{ type: 'InternalIP', address }];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...labels, 'beta.kubernetes.io/arch': 'amd64' } },
    status: { capacity, allocatable: capacity, addresses, conditions: [ready] },
  };
}

export function hostIP(index: number): string {
  return `172.18.0.${index + 2}`;
}

export function podIP(index: number): string {
  return `10.244.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}

/** RFC 3339, in seconds as the API server has it. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The node that a DaemonSet's pod names in its affinity. */
export function namedNode(pod: K8sObject): string | undefined {
  const required = ['spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'] as const;
  for (const term of listAt(valueAt(pod, ...required, 'nodeSelectorTerms'))) {
    const field = listAt(valueAt(term, 'matchFields')).find((one) => valueAt(one, 'key') === 'metadata.name');
    if (field) return stringAt(valueAt(field, 'values', 0));
  }
  return undefined;
}
