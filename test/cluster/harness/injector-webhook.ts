import { type JsonObject, valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { type AdmissionRequest, admissionServer } from './admission-server.ts';
import type { TestCluster } from './cluster.ts';
import { needsSidecar, sidecarPatch } from './sidecar-patch.ts';
import { eventually } from './waiting.ts';

export interface Injector {
  /** Of the sidecars that it injects from now on; undefined: it lets pods through as they are. */
  version: string | undefined;
  readonly requests: readonly AdmissionRequest[];
  /** Creates MutatingWebhookConfiguration `istio-sidecar-injector` and waits until it is in force. */
  register(): Promise<K8sObject>;
  stop(): Promise<void>;
}

const NAME = 'istio-sidecar-injector';
const SELECTOR = { matchLabels: { 'istio-injection': 'enabled' } };
const PROBE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'is-the-injector-there', labels: SELECTOR.matchLabels },
};

/** Istio's injection webhook on a loopback port. */
export async function startInjector(cluster: TestCluster, version: string): Promise<Injector> {
  const requests: AdmissionRequest[] = [];
  const { url, stop } = await admissionServer(cluster, NAME, (asked) => {
    requests.push(asked);
    return injection(asked, injector.version);
  });
  const register = (): Promise<K8sObject> => registered(cluster, url);
  const injector: Injector = { version, requests, register, stop };
  return injector;
}

function injection({ object, request }: AdmissionRequest, version: string | undefined): JsonObject {
  if (version === undefined || !needsSidecar(object, `${request.namespace}`)) return { allowed: true };
  const patch = Buffer.from(JSON.stringify(sidecarPatch(object, version))).toString('base64');
  return { allowed: true, patchType: 'JSONPatch', patch };
}

async function registered(cluster: TestCluster, url: string): Promise<K8sObject> {
  const created = await cluster.create(webhookConfiguration(url, cluster.authority.bundle));
  await cluster.create(PROBE);
  await eventually(() => isInForce(cluster), { what: `the webhook ${NAME}`, interval: 20 });
  await cluster.delete(PROBE);
  // A namespace is there until the controllers have emptied it.
  const look = async (): Promise<true | undefined> => ((await cluster.get(PROBE)) === undefined ? true : undefined);
  await eventually(look, { what: `namespace ${PROBE.metadata.name} to be gone`, interval: 20 });
  return created;
}

/**
 * As Istio's chart has it (charts/sidecarInjectorWebhook/templates/mutatingwebhook.yaml@1.1.17), with the service replaced by a URL, since
 * no pod runs here. It has no `sideEffects`.
 */
function webhookConfiguration(url: string, caBundle: string): K8sObject {
  const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: NAME, labels: { app: 'sidecarInjectorWebhook', heritage: 'Tiller', release: 'istio' } },
    webhooks: [
      {
        name: 'sidecar-injector.istio.io',
        clientConfig: { url: `${url}/inject`, caBundle },
        rules: [rule],
        failurePolicy: 'Fail',
        namespaceSelector: SELECTOR,
      },
    ],
  };
}

/** It is when it keeps the server from a dry run; the server keeps its own copy of all webhooks, a moment late. */
async function isInForce(cluster: TestCluster): Promise<true | undefined> {
  const pod = { metadata: { name: 'probe' }, spec: { containers: [{ name: 'probe', image: 'example.com/probe:1' }] } };
  const path = `/api/v1/namespaces/${PROBE.metadata.name}/pods?dryRun=All`;
  const { body } = await cluster.request('POST', path, pod);
  return `${valueAt(body, 'message')}`.includes('does not support dry run') ? true : undefined;
}
