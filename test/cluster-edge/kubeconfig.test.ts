import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { ConnectionOptions, Surroundings } from '../../src/cluster/connection.ts';
import { loadConnection } from '../../src/cluster/kubeconfig.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import { temporaryDirectory } from './api-server.ts';

const FIRST = `
apiVersion: v1
kind: Config
current-context: red
contexts:
- name: red
  context: {cluster: one, user: ann, namespace: shop}
clusters:
- name: one
  cluster: {server: 'https://one:6443/', certificate-authority: certs/ca.pem, tls-server-name: one.internal}
users:
- name: ann
  user: {token: ann-token}
`;
const SECOND = `
current-context: blue
contexts:
- name: blue
  context: {cluster: two, user: bob}
- name: red
  context: {cluster: two, user: bob, namespace: other}
clusters:
- name: two
  cluster: {server: 'https://two', insecure-skip-tls-verify: true, proxy-url: 'http://proxy:3128'}
users:
- name: bob
  user: {tokenFile: bob.token, as: root, as-groups: [admins, ops], as-user-extra: {scopes: [a, b]}}
- name: ann
  user: {token: not-anns}
`;

async function refused(options: ConnectionOptions, surroundings: Surroundings): Promise<UpgradeError> {
  const error = await loadConnection(options, surroundings).then(
    () => assert.fail('it was accepted'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof UpgradeError, String(error));
  return error;
}

function files(t: Parameters<typeof temporaryDirectory>[0]) {
  const directory = temporaryDirectory(t);
  mkdirSync(path.join(directory, 'certs'));
  const named = (name: string): string => path.join(directory, name);
  writeFileSync(named('certs/ca.pem'), 'the authority');
  writeFileSync(named('bob.token'), 'bob-token\n');
  writeFileSync(named('first'), FIRST);
  writeFileSync(named('second'), SECOND);
  return { named, both: { KUBECONFIG: [named('absent'), named('first'), named('second')].join(path.delimiter) } };
}

test('of several files in KUBECONFIG the first that names something wins, and missing files are passed over', async (t) => {
  const env = files(t).both;
  const connection = await loadConnection({}, { env });
  assert.equal(connection.server, 'https://one:6443');
  assert.equal(connection.context, 'red');
  assert.equal(connection.namespace, 'shop');
  assert.deepEqual(await connection.credentials.get(), {
    authorization: 'Bearer ann-token',
    cert: undefined,
    key: undefined,
  });
});

test('the second file adds what the first does not name', async (t) => {
  const connection = await loadConnection({ context: 'blue' }, { env: files(t).both });
  assert.equal(connection.server, 'https://two');
  assert.equal(connection.namespace, 'default');
  assert.equal(connection.proxy, 'http://proxy:3128');
  assert.equal(connection.tls.rejectUnauthorized, false);
  assert.equal((await connection.credentials.get()).authorization, 'Bearer bob-token');
  assert.deepEqual(connection.impersonation, {
    'Impersonate-User': 'root',
    'Impersonate-Group': ['admins', 'ops'],
    'Impersonate-Extra-scopes': ['a', 'b'],
  });
});

test('paths in a file are relative to the file', async (t) => {
  const connection = await loadConnection({ kubeconfig: files(t).named('first') }, { env: {} });
  assert.equal(String(connection.tls.ca), 'the authority');
});

test('--kubeconfig makes KUBECONFIG not count', async (t) => {
  const { named } = files(t);
  const connection = await loadConnection({ kubeconfig: named('second') }, { env: { KUBECONFIG: named('first') } });
  assert.equal(connection.server, 'https://two');
});

test('the file in the home directory is the default', async (t) => {
  const home = temporaryDirectory(t);
  mkdirSync(path.join(home, '.kube'));
  writeFileSync(path.join(home, '.kube/config'), SECOND);
  assert.equal((await loadConnection({}, { env: { HOME: home } })).server, 'https://two');
});

test('flags replace the parts that they name', async (t) => {
  const env = files(t).both;
  const flags = {
    cluster: 'two',
    user: 'ann',
    namespace: 'here',
    token: 'mine',
    as: 'eve',
    asUserExtra: ['a/b=1', 'a/b=2'],
  };
  const connection = await loadConnection(flags, { env });
  assert.equal(connection.server, 'https://two');
  assert.equal(connection.namespace, 'here');
  assert.equal((await connection.credentials.get()).authorization, 'Bearer mine');
  assert.deepEqual(connection.impersonation, { 'Impersonate-User': 'eve', 'Impersonate-Extra-a%2Fb': ['1', '2'] });
});

test('--insecure-skip-tls-verify drops the authority, --server the expected name', async (t) => {
  const env = files(t).both;
  const { tls, server } = await loadConnection({ insecureSkipTlsVerify: true, server: 'https://other' }, { env });
  assert.equal(server, 'https://other');
  assert.deepEqual(tls, { ca: undefined, rejectUnauthorized: false, servername: undefined });
});

test('an authority cannot be demanded and waived at once', async (t) => {
  const { named } = files(t);
  const flags = {
    kubeconfig: named('first'),
    insecureSkipTlsVerify: true,
    certificateAuthority: named('certs/ca.pem'),
  };
  assert.match((await refused(flags, { env: {} })).message, /exclude each other/);
});

test('a context that does not exist is answered with those that do', async (t) => {
  const error = await refused({ context: 'green' }, { env: files(t).both });
  assert.equal(error.message, 'context green does not exist');
  assert.equal(error.hint, 'contexts in the kubeconfig: blue, red');
  assert.equal(error.exit, EXIT.usage);
});

test('a cluster or user that does not exist is named', async (t) => {
  const env = files(t).both;
  assert.equal((await refused({ cluster: 'x' }, { env })).message, 'cluster x does not exist');
  assert.equal((await refused({ user: 'y' }, { env })).hint, 'users in the kubeconfig: ann, bob');
});

test('a file that does not exist is named in one line', async () => {
  const error = await refused({ kubeconfig: '/no/such/file' }, { env: {} });
  assert.equal(error.message, 'kubeconfig /no/such/file does not exist');
  assert.equal(error.exit, EXIT.usage);
  assert.match((await refused({}, { env: { KUBECONFIG: '/no/a:/no/b' } })).message, /\/no\/a, \/no\/b/);
  assert.match((await refused({}, { env: { HOME: '/no/home' } })).message, /no kubeconfig: \/no\/home\/\.kube\/config/);
});

test('a file that is not YAML is named in one line', async (t) => {
  const file = path.join(temporaryDirectory(t), 'broken');
  writeFileSync(file, 'contexts: [\n  {');
  const { message, exit } = await refused({ kubeconfig: file }, { env: {} });
  assert.ok(message.startsWith(`kubeconfig ${file} is not valid YAML: `), message);
  assert.ok(!message.includes('\n'), message);
  assert.equal(exit, EXIT.usage);
  writeFileSync(file, 'just words');
  assert.equal((await refused({ kubeconfig: file }, { env: {} })).message, `kubeconfig ${file} is not a mapping`);
});

test('without a current context one has to be chosen, unless the server is given', async (t) => {
  const file = path.join(temporaryDirectory(t), 'config');
  writeFileSync(file, FIRST.replace('current-context: red', ''));
  assert.match((await refused({ kubeconfig: file }, { env: {} })).hint ?? '', /--context.*: red$/);
  const connection = await loadConnection({ kubeconfig: file, server: 'localhost:8001' }, { env: {} });
  assert.equal(connection.server, 'http://localhost:8001');
});

test('groups without a user to impersonate are refused', async (t) => {
  const error = await refused({ asGroups: ['a'] }, { env: files(t).both });
  assert.equal(error.exit, EXIT.usage);
  assert.equal(error.hint, 'add --as');
});

test('inside a pod its service account is used when there is no kubeconfig', async (t) => {
  const directory = temporaryDirectory(t);
  for (const [name, text] of [
    ['token', 'pod-token\n'],
    ['ca.crt', 'pod-ca'],
    ['namespace', 'istio-system'],
  ] as const) {
    writeFileSync(path.join(directory, name), text);
  }
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  const connection = await loadConnection({}, { env, serviceAccount: directory });
  assert.equal(connection.server, 'https://[fd00::1]');
  assert.equal(connection.namespace, 'istio-system');
  assert.equal(String(connection.tls.ca), 'pod-ca');
  assert.equal((await connection.credentials.get()).authorization, 'Bearer pod-token');
});

test('inline certificates win over files and need their keys', async (t) => {
  const { named } = files(t);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const user = `{client-certificate: /no/file, client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}`;
  writeFileSync(named('first'), FIRST.replace('{token: ann-token}', user));
  const { cert, key } = await (await loadConnection({ kubeconfig: named('first') }, { env: {} })).credentials.get();
  assert.deepEqual([String(cert), String(key)], ['CERT', 'KEY']);
  writeFileSync(named('first'), FIRST.replace('{token: ann-token}', `{client-key-data: ${base64('KEY')}}`));
  assert.match(
    (await refused({ kubeconfig: named('first') }, { env: {} })).message,
    /key is given without its certificate/,
  );
});
