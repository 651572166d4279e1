import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { type JsonObject, objectAt, valueAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import type { TestCluster } from './cluster.ts';
import { webhookConfiguration } from './galley-webhook.ts';
import { portOf } from './processes.ts';
import { eventually } from './waiting.ts';

/** A request for admission that the webhook was asked. */
export interface AdmissionRequest {
  /** `/admitpilot` or `/admitmixer` */
  readonly path: string;
  readonly operation: string;
  readonly dryRun: boolean;
  /** The object as it would be stored. */
  readonly object: JsonObject;
  readonly request: JsonObject;
}

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
  const { cert, key } = cluster.authority.issue('galley', { commonName: 'istio-galley.istio-system.svc' });
  const server = https.createServer({ cert, key }, async (request, response) => {
    const asked = await admissionRequest(request);
    requests.push(asked);
    answer(response, asked, validate?.(asked));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const url = `https://127.0.0.1:${portOf(server)}`;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  cluster.onStop(stop);
  return {
    requests,
    register: () => register(cluster, webhookConfiguration(url, cluster.authority.bundle)),
    stop,
  };
}

async function admissionRequest(incoming: IncomingMessage): Promise<AdmissionRequest> {
  const text = (await incoming.setEncoding('utf8').toArray()).join('');
  const request = objectAt(valueAt(JSON.parse(text), 'request'));
  const { pathname: path } = new URL(incoming.url ?? '/', 'https://galley');
  return {
    path,
    operation: `${request.operation}`,
    dryRun: request.dryRun === true,
    object: objectAt(request.object),
    request,
  };
}

function answer(response: ServerResponse, { request }: AdmissionRequest, refusal: string | undefined): void {
  const status = refusal === undefined ? {} : { status: { message: refusal, reason: 'BadRequest', code: 400 } };
  const body = { response: { uid: request.uid, allowed: refusal === undefined, ...status } };
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview', ...body }));
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
