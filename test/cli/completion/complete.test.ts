import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { RUN_SCHEMA } from '../../../src/core/run.ts';
import { HOPS } from '../../../src/hops/index.ts';
import { problemKinds } from '../../../src/plan/problem-kinds/index.ts';
import { type Reply, serve, status } from '../../cluster-edge/api-server.ts';
import { ROOT, run } from '../run.ts';

const PATIENT = { ISTIO_UPGRADE_COMPLETION_TIMEOUT: '60s' };
/** Far beyond a second, and far below what hangs in these tests. */
const SOON = 45_000;
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
  mkdirSync(join(folder, 'empty'));
});
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A kubeconfig of one context, which `name` is, as are its cluster and its user. */
function kubeconfig(name: string, server: string, user = '{}'): string {
  const text = `
current-context: ${name}
contexts: [{name: ${name}, context: {cluster: ${name}-cluster, user: ${name}-user}}]
clusters: [{name: ${name}-cluster, cluster: {server: '${server}'}}]
users: [{name: ${name}-user, user: ${user}}]
`;
  return file(`${name}.kubeconfig`, text);
}

/** What is offered: the answer to a line, which is never an error. */
async function offered(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exit, out, err } = await run(['__complete', ...words], { env: { HOME: join(folder, 'empty'), ...env } });
  assert.deepEqual([exit, err], [0, ''], words.join(' '));
  return out;
}

test('contexts, clusters and users are those of every kubeconfig, or of the one that the line names', async () => {
  const [red, blue] = [kubeconfig('red', 'https://red'), kubeconfig('blue', 'https://blue')];
  const env = { KUBECONFIG: [join(folder, 'absent'), red, blue].join(delimiter) };
  const contexts = 'blue\tcluster blue-cluster, user blue-user\nred\tcurrent, cluster red-cluster, user red-user\n:4\n';
  assert.equal(await offered(['plan', '--context', ''], env), contexts);
  assert.equal(
    await offered(['plan', '--cluster='], env),
    'blue-cluster\thttps://blue\nred-cluster\thttps://red\n:4\n',
  );
  assert.equal(await offered(['plan', '--user', 'r'], env), 'red-user\n:4\n');
  assert.equal(await offered(['plan', `--kubeconfig=${blue}`, '--user', ''], env), 'blue-user\n:4\n');
  assert.equal(await offered(['plan', '--user', ''], { HOME: folder }), ':4\n', 'there is no kubeconfig');
});

test('namespaces are asked of the cluster that the flags lead to, as the user that they name', async (t) => {
  const server = await serve(t, () => namespaceList('shop', 'istio-system'));
  const env = { KUBECONFIG: kubeconfig('elsewhere', 'http://127.0.0.1:1'), ...PATIENT };
  const flags = ['-s', server.url, '--token', 't', '--as=ann', '--as-group', 'ops', '--as-group=dev'];
  assert.equal(await offered(['plan', ...flags, '-n', ''], env), 'shop\nistio-system\n:4\n');
  assert.equal(await offered(['plan', ...flags, '-iis'], env), '-iistio-system\n:4\n');
  const [{ path, rawHeaders = [] } = { path: '' }] = server.seen;
  assert.equal(path, '/api/v1/namespaces');
  const values = (name: string) => rawHeaders.filter((_, index) => rawHeaders[index - 1] === name);
  assert.deepEqual([values('Impersonate-User'), values('Impersonate-Group')], [['ann'], ['ops', 'dev']]);
  assert.match(`${values('Accept')}`, /PartialObjectMetadataList/);
});

test('with a snapshot, namespaces are those in the file', async () => {
  const mesh = ['--snapshot', 'absent.yaml', '--snapshot', 'test/demo/mesh-1.1.yaml'];
  assert.match(await offered(['status', ...mesh, '-n', '']), /^istio-system$/m);
});

test('runs are those in the state directory, the last one first', async () => {
  const state = join(folder, 'state');
  for (const id of ['20261127-100000', '20261128-090000', 'unknown']) {
    mkdirSync(join(state, 'runs', id), { recursive: true });
    const record = { id, from: '1.1.17', to: '1.2.10', istioNamespace: 'istio-system', cluster: { address: 'there' } };
    const outcome = id.startsWith('20261127') ? { outcome: { result: 'done', at: '2026-11-27T10:01:00Z' } } : {};
    const schema = id === 'unknown' ? 'of another time' : RUN_SCHEMA;
    writeFileSync(join(state, 'runs', id, 'run.json'), JSON.stringify({ schema, ...record, ...outcome }));
  }
  const old = '20261127-100000\t1.1.17 → 1.2.10, done, istio-system on there\n';
  const both = `20261128-090000\t1.1.17 → 1.2.10, cut off, istio-system on there\n${old}:36\n`;
  assert.equal(await offered(['history', '--state-dir', state, '']), both);
  assert.equal(await offered(['rollback', `--state-dir=${state}`, '2026']), both);
  assert.equal(await offered(['rollback', '--state-dir', state, '20261128-090000', '']), `${old}:36\n`);
  assert.equal(await offered(['history', '--state-dir', join(folder, 'empty'), '']), ':36\n');
});

test('findings are offered by their ids, to --ignore only those that it takes', async () => {
  const kinds = problemKinds(HOPS);
  const ids = (text: string) => text.split('\n').flatMap((line) => line.match(/^([a-z0-9-]+)\t\w+: /)?.[1] ?? []);
  const explained = ids(await offered(['check', '--explain', '']));
  assert.deepEqual(
    explained,
    kinds.map(({ id }) => id),
  );
  const ignorable = kinds.filter(({ whyNotIgnored }) => whyNotIgnored === undefined).map(({ id }) => id);
  const ignored = ids(await offered(['plan', '--ignore', 'field-conflict', '--ignore', '']));
  assert.deepEqual(
    ignored,
    ignorable.filter((id) => id !== 'field-conflict'),
  );
  assert.ok(ignored.length < explained.length && ignorable.includes('field-conflict'));
});

test('what cannot be asked is not offered, and nobody is told', async (t) => {
  const refusing = await serve(t, () => status(403, 'Forbidden', 'no'));
  const busy = await serve(t, () => ({ ...status(429, 'TooManyRequests', 'later'), headers: { 'Retry-After': '1' } }));
  const silent = await serve(t, () => ({ silent: true }));
  const asked = (server: string, env = {}) => offered(['plan', '-s', server, '-n', ''], env);
  const began = Date.now();
  for (const server of ['http://127.0.0.1:1', refusing.url, busy.url])
    assert.equal(await asked(server, PATIENT), ':4\n');
  assert.deepEqual([refusing.seen.length, busy.seen.length], [1, 1], 'nobody waits for a second try');
  assert.equal(await asked(silent.url), ':4\n');
  assert.ok(Date.now() - began < SOON);
  const broken = file('broken.kubeconfig', 'contexts: [');
  for (const words of [
    ['plan', '--kubeconfig', broken, '-n', ''],
    ['plan', '--kubeconfig', join(folder, 'absent'), '--context', ''],
    ['plan', '--request-timeout', 'soon', '-n', ''],
    ['plan', '--snapshot', 'absent.yaml', '-n', ''],
  ])
    assert.equal(await offered(words), ':4\n', words.join(' '));
});

test('a request waits no longer than the line or the environment says', async (t) => {
  const server = await serve(t, () => ({ silent: true }));
  const began = Date.now();
  assert.equal(await offered(['plan', '-s', server.url, '--request-timeout=100ms', '-n', ''], PATIENT), ':4\n');
  const env = { ISTIO_UPGRADE_COMPLETION_TIMEOUT: '100ms' };
  assert.equal(await offered(['plan', '-s', server.url, '-n', ''], env), ':4\n');
  assert.ok(Date.now() - began < SOON);
});

function namespaceList(...names: readonly string[]): Reply {
  return { body: { kind: 'NamespaceList', apiVersion: 'v1', items: names.map((name) => ({ metadata: { name } })) } };
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

/** The program in a process of its own, as kubectl's script starts it. */
function program(words: readonly string[], env: Readonly<Record<string, string>>) {
  const began = Date.now();
  const ended = spawnSync(process.execPath, [join(ROOT, 'cmd/kubectl-istio_upgrade.ts'), ...words], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, ...env },
  });
  assert.ok(Date.now() - began < SOON, 'it does not wait');
  return { status: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

const SILENCE = { status: 0, stdout: ':4\n', stderr: '' };

test('a credential plugin that complains, hangs or wants a terminal neither speaks nor holds the line up', () => {
  const marker = join(folder, 'was-run');
  const plugin = file('plugin', `#!/bin/sh\necho $1 >> ${marker}\necho "log in at https://login" >&2\n$1\n`);
  const words = ['__complete', 'plan', '-n', ''];
  for (const [what, mode, env] of [
    ['exit 1', 'IfAvailable', PATIENT],
    ['exit 2', 'Always', PATIENT],
    ['exec sleep 60', 'IfAvailable', {}],
  ] as const) {
    const exec = `{apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['${plugin}', '${what}'], interactiveMode: ${mode}}`;
    const KUBECONFIG = kubeconfig('plugged', 'http://127.0.0.1:1', `{exec: ${exec}}`);
    assert.deepEqual(program(words, { KUBECONFIG, ...env }), SILENCE, what);
  }
  const [complained, ...others] = linesOf(marker);
  assert.equal(complained, 'exit 1');
  assert.ok(!others.includes('exit 2'), 'the one that needs a terminal is not run');
});

test('a name server that does not answer does not hold the line up', () => {
  const hangs = "import dns from 'node:dns'; dns.lookup = () => void setTimeout(() => {}, 60_000);";
  const preload = file(
    'hanging-names.mjs',
    `${hangs}\nimport { syncBuiltinESMExports } from 'node:module';\nsyncBuiltinESMExports();\n`,
  );
  const KUBECONFIG = kubeconfig('far', 'http://far.example');
  const NODE_OPTIONS = `--import=${preload}`;
  assert.deepEqual(program(['__complete', 'plan', '-n', ''], { KUBECONFIG, NODE_OPTIONS }), SILENCE);
});
