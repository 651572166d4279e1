import { valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { type AdmissionRequest, admissionServer } from './admission-server.ts';
import type { TestCluster } from './cluster.ts';
import { webhookConfiguration } from './galley-webhook.ts';
import { eventually } from './waiting.ts';

/** @returns undefined to let the object in, or the reason to refuse it */
export type Validate = (request: AdmissionRequest) => string | undefined;

export interface Galley {
  readonly requests: readonly AdmissionRequest[];
  /** Creates ValidatingWebhookConfiguration `istio-galley`, as Galley 1.1 does when it starts, and waits until it is in force. */
  register(): Promise<K8sObject>;
  stop(): Promise<void>;
}

/** Galley 1.1's validating webhook on a loopback port. Like Galley's, its configuration does not say what dry runs may do. */
export async function startGalley(
  cluster: TestCluster,
  { validate }: { readonly validate?: Validate } = {},
): Promise<Galley> {
  const requests: AdmissionRequest[] = [];
  const { url, stop } = await admissionServer(cluster, 'istio-galley', (asked) => {
    requests.push(asked);
    const refusal = validate?.(asked);
    if (refusal === undefined) return { allowed: true };
    return { allowed: false, status: { message: refusal, reason: 'BadRequest', code: 400 } };
  });
  return {
    requests,
    register: () => register(cluster, webhookConfiguration(url, cluster.authority.bundle)),
    stop,
  };
}

async function register(cluster: TestCluster, configuration: K8sObject): Promise<K8sObject> {
  const created = await cluster.create(configuration, { fieldManager: 'galley' });
  await eventually(() => isInForce(cluster), { what: 'the webhook istio-galley', interval: 20 });
  return created;
}

/** It is when it keeps the server from a dry run; the server keeps its own copy of all webhooks, a moment late. */
async function isInForce(cluster: TestCluster): Promise<true | undefined> {
  const path = '/apis/networking.istio.io/v1alpha3/namespaces/default/destinationrules?dryRun=All';
  const rule = {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'DestinationRule',
    metadata: { name: 'is-galley-there' },
  };
  const { status, body } = await cluster.request('POST', path, { ...rule, spec: { host: 'is-galley-there' } });
  if (status === 404) throw new Error('register the webhook when there are Istio CRDs for it to validate');
  return `${valueAt(body, 'message')}`.includes('does not support dry run') ? true : undefined;
}
