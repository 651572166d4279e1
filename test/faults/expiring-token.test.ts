import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { clusterOf } from '../app/in-memory.ts';
import { ROOT, run } from '../cli/run.ts';
import { listen } from '../cluster-edge/api-server.ts';
import { object } from '../objects.ts';
import { serveMemory } from './http-face.ts';
import { stateOf } from './runs.ts';

const TARGET = ['-f', 'test/demo/istio-1.2', '--yes', '--settle', '0s'];
const MESH = readSnapshot(readFileSync(join(ROOT, 'test/demo/mesh-1.1.yaml'), 'utf8'), 'mesh');
const SYSTEM = object('v1', 'Namespace', 'kube-system');
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

/** A server that takes each token for so many requests, and then only the next one; `issued` is where the valid one is. */
async function serveExpiring(t: TestContext, requestsEach: number) {
  const cluster = clusterOf(SYSTEM, ...MESH);
  const issued = join(folder, `token-${requestsEach}`);
  const inner = new URL(await serveMemory(t, cluster));
  let requests = 0;
  let refused = 0;
  const valid = () => `token-${Math.floor(requests / requestsEach)}`;
  const issue = () => writeFileSync(issued, valid());
  issue();
  const server = http.createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${valid()}`) {
      refused += 1;
      response.writeHead(401, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', code: 401, reason: 'Unauthorized', message: 'Unauthorized' }));
      return;
    }
    requests += 1;
    issue();
    const { method, url: path, headers } = request;
    const forwarded = http.request({ port: inner.port, host: '127.0.0.1', method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  const url = `http://127.0.0.1:${await listen(t, server)}`;
  return { url, issued, cluster, refused: () => refused };
}

function kubeconfig(name: string, server: string, user: JsonObject): string {
  const file = join(folder, name);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** A credential plugin that prints the token in a file. */
function plugin(issued: string): JsonObject {
  const command = join(folder, 'plugin.sh');
  const status = '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}';
  writeFileSync(command, `#!/bin/sh\nprintf '${status}' "$(cat ${issued})"\n`);
  chmodSync(command, 0o755);
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' } };
}

async function undisturbed(): Promise<readonly K8sObject[]> {
  const file = join(folder, 'undisturbed.yaml');
  await run(['apply', '--snapshot', 'test/demo/mesh-1.1.yaml', ...TARGET, '--snapshot-out', file]);
  return readSnapshot(readFileSync(file, 'utf8'), file);
}

test('a token that expires again and again in the middle is asked for anew, and the run goes on', async (t) => {
  const expected = stateOf([SYSTEM, ...(await undisturbed())]);
  for (const [what, user] of [
    ['a credential plugin', plugin],
    ['a token file', (issued: string) => ({ tokenFile: issued })],
  ] as const) {
    const server = await serveExpiring(t, what === 'a token file' ? 41 : 40);
    const config = kubeconfig(what.replaceAll(' ', '-'), server.url, user(server.issued));
    const { exit, err } = await run(['apply', ...TARGET], {
      env: { KUBECONFIG: config, PATH: process.env.PATH ?? '' },
    });
    assert.equal(exit, 0, err);
    assert.ok(server.refused() >= 3, `${server.refused()} requests were refused`);
    assert.deepEqual(stateOf(server.cluster.snapshot()), expected);
    t.diagnostic(`${what}: ${server.refused()} requests were refused with 401, the run went on with new tokens`);
  }
});
