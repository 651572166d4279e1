import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { type JsonObject, objectAt, stringAt, valueAt } from '../../../src/core/json.ts';
import type { TestCluster } from './cluster.ts';
import { portOf } from './processes.ts';

/** A request for admission that a webhook was asked. */
export interface AdmissionRequest {
  /** Of the URL that was asked, such as `/admitpilot`. */
  readonly path: string;
  readonly operation: string;
  readonly dryRun: boolean;
  /** The object as it would be stored. */
  readonly object: JsonObject;
  readonly request: JsonObject;
}

export interface AdmissionServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The `response` of a review, without its uid. */
export type Judge = (request: AdmissionRequest) => JsonObject;

/** An admission webhook on a loopback port, with a certificate of the cluster's authority. Answers in the version that it is asked in. */
export async function admissionServer(cluster: TestCluster, name: string, judge: Judge): Promise<AdmissionServer> {
  const { cert, key } = cluster.authority.issue(name, { commonName: `${name}.istio-system.svc` });
  const server = https.createServer({ cert, key }, async (incoming, response) => {
    const { apiVersion, asked } = await review(incoming);
    const answer = { uid: asked.request.uid, ...judge(asked) };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ apiVersion, kind: 'AdmissionReview', response: answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  cluster.onStop(stop);
  return { url: `https://127.0.0.1:${portOf(server)}`, stop };
}

async function review(incoming: IncomingMessage): Promise<{ apiVersion: string; asked: AdmissionRequest }> {
  const body = JSON.parse((await incoming.setEncoding('utf8').toArray()).join(''));
  const request = objectAt(valueAt(body, 'request'));
  const { pathname: path } = new URL(incoming.url ?? '/', 'https://webhook');
  const object = objectAt(request.object);
  const asked = { path, operation: `${request.operation}`, dryRun: request.dryRun === true, object, request };
  return { apiVersion: stringAt(valueAt(body, 'apiVersion')) ?? '', asked };
}
