import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type Json, type JsonObject, objectAt, stringAt, valueAt } from '../../../src/core/json.ts';
import { listen, serve } from '../../cluster-edge/api-server.ts';
import { object } from '../../objects.ts';
import type { TestCluster } from '../harness/cluster.ts';
import { startControlPlane } from '../harness/control-plane.ts';
import { READ_EVERYTHING, tokenOf } from '../harness/users.ts';
import { eventually } from '../harness/waiting.ts';
import { type Call, type Kubectl, pluginTests, writeProgram } from './plugin.ts';
import { seedSmallMesh } from './small-mesh.ts';

const RBAC = 'rbac.authorization.k8s.io';
const MESH_IS_SHOWN = /^Istio 1\.1\.17 {2}control plane in istio-system/;

interface Row {
  readonly name: string;
  readonly flags?: readonly string[];
  readonly env?: Call['env'];
  /** What a refusal says; undefined where the mesh is shown. */
  readonly refused?: RegExp;
}

pluginTests('the plugin connects as kubectl does', (kubectls) => {
  let cluster: TestCluster;
  let host = '';
  let authority: readonly string[] = [];
  before(async () => {
    cluster = await startControlPlane();
    await seedSmallMesh(cluster);
    host = new URL(cluster.url).host;
    authority = ['--certificate-authority', cluster.authority.own.certFile];
    await bind('group-reads', { kind: 'Group', name: 'ops-b', apiGroup: RBAC });
    await bind('account-reads', { kind: 'ServiceAccount', name: 'default', namespace: 'istio-system' });
    await cluster.grant('bob', [{ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }]);
  });
  after(() => cluster?.stop());

  /** Who that is may read everything. */
  const bind = async (name: string, subject: JsonObject) => {
    const rules: Json = READ_EVERYTHING.map((rule) => ({ ...rule }));
    await cluster.create(object(`${RBAC}/v1`, 'ClusterRole', name, { rules }));
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name };
    await cluster.create(object(`${RBAC}/v1`, 'ClusterRoleBinding', name, { roleRef, subjects: [subject] }));
  };

  /** A kubeconfig of these entries, whose current context is the first. */
  const kubeconfig = (name: string, entries: JsonObject): string => {
    const file = join(cluster.directory, name);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...entries }));
    return file;
  };
  const here = () => ({ server: cluster.url, 'certificate-authority-data': cluster.authority.bundle });
  const user = (token: string) => ({ token });
  const context = (name: string, clusterName: string, userName: string) => ({
    name,
    context: { cluster: clusterName, user: userName },
  });

  /** Runs `status` and one of kubectl's own commands alike: both see the cluster, or neither does. */
  const check = async (kubectl: Kubectl, { flags = [], env, refused }: Row) => {
    const { code, out, err } = await kubectl.run(['istio-upgrade', 'status', ...flags], { ...(env && { env }) });
    assert.ok(code <= 2, err);
    if (refused === undefined) assert.match(out, MESH_IS_SHOWN, err);
    else assert.match(err, refused);
    const own = await kubectl.run(['get', 'deployments', '-A', ...flags], { ...(env && { env }) });
    const isUnknownToKubectl = /unknown flag/.test(own.err);
    if (!isUnknownToKubectl) assert.equal(own.code === 0, refused === undefined, `kubectl: ${own.err}\nplugin: ${err}`);
  };

  const rows = (): readonly Row[] => {
    const admin = cluster.authority.issue('flag-admin', { commonName: 'root', organizations: ['system:masters'] });
    const server = ['--server', cluster.url];
    const reader = ['--token', tokenOf('reader')];
    const nowhere = { name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } };
    const first = kubeconfig('first', {
      'current-context': 'mine',
      contexts: [context('mine', 'here', 'me')],
      clusters: [{ name: 'here', cluster: here() }],
    });
    const second = kubeconfig('second', {
      'current-context': 'broken',
      contexts: [context('mine', 'nowhere', 'nobody'), context('broken', 'nowhere', 'nobody')],
      clusters: [nowhere, { name: 'here', cluster: nowhere.cluster }],
      users: [
        { name: 'me', user: user(tokenOf('reader')) },
        { name: 'nobody', user: user(tokenOf('nobody')) },
      ],
    });
    const both = { KUBECONFIG: `${join(cluster.directory, 'absent')}:${first}:${second}` };
    const asReader = { KUBECONFIG: cluster.kubeconfig('reader') };
    const asAdmin = { KUBECONFIG: cluster.kubeconfig('admin') };
    const groups = ['--as', 'alice', '--as-group', 'ops-a', '--as-group', 'ops-b'];
    return [
      { name: 'the kubeconfig alone', env: asReader },
      { name: 'a client certificate in it', env: { KUBECONFIG: cluster.kubeconfig('admin', 'certificate') } },
      { name: '--server, --token and --certificate-authority', flags: [...server, ...reader, ...authority] },
      {
        name: '-s and --insecure-skip-tls-verify',
        flags: ['-s', cluster.url, ...reader, '--insecure-skip-tls-verify'],
      },
      { name: 'a server of unknown authority', flags: [...server, ...reader], refused: /certificate/ },
      {
        name: '--client-certificate and --client-key',
        flags: [...server, ...authority, '--client-certificate', admin.certFile, '--client-key', admin.keyFile],
      },
      { name: '--tls-server-name', flags: ['--tls-server-name', 'kubernetes.default.svc'], env: asReader },
      {
        name: '--tls-server-name of another',
        flags: ['--tls-server-name', 'other.example'],
        env: asReader,
        refused: /its certificate is for another name/,
      },
      { name: '--kubeconfig besides KUBECONFIG', flags: ['--kubeconfig', cluster.kubeconfig('reader')], env: both },
      { name: 'several files in KUBECONFIG, of which the first that names something wins', env: both },
      {
        name: '--context of the second file',
        flags: ['--context', 'broken'],
        env: both,
        refused: /127\.0\.0\.1:1/,
      },
      { name: '--cluster and --user', flags: ['--context', 'broken', '--cluster', 'here', '--user', 'me'], env: both },
      { name: 'a context that is not there', flags: ['--context', 'absent'], env: both, refused: /absent.*\n.*mine/ },
      { name: '--user who may not', flags: ['--user', 'nobody'], env: both, refused: /User "nobody" cannot list/ },
      { name: 'a token that is nobody', flags: ['--token', 'x'], env: asReader, refused: /401|nauthorized/ },
      { name: '--as', flags: ['--as', 'reader'], env: asAdmin },
      { name: '--as and several --as-group', flags: groups, env: asAdmin },
      { name: 'one --as-group too few', flags: groups.slice(0, 4), env: asAdmin, refused: /User "alice" cannot/ },
      {
        name: '--as-user-extra, as far as that is allowed',
        flags: ['--as', 'alice', '--as-user-extra', 'scopes=view', '--as-user-extra', 'scopes=edit'],
        env: { KUBECONFIG: cluster.kubeconfig('bob') },
        refused: /cannot impersonate resource "userextras\/scopes"/,
      },
      { name: '--request-timeout', flags: ['--request-timeout', '1m'], env: asReader },
      { name: '--cache-dir', flags: ['--cache-dir', join(cluster.directory, 'cache')], env: asReader },
      { name: 'a proxy that a loopback address never needs', env: { ...asReader, HTTPS_PROXY: 'http://127.0.0.1:1' } },
    ];
  };

  for (const kubectl of kubectls) {
    test(`${kubectl.name}: by the same flags and files as kubectl`, async (t) => {
      for (const row of rows()) await t.test(row.name, () => check(kubectl, row));
    });

    test(`${kubectl.name}: every group, the uid and every extra arrive, each in a line of its own`, async (t) => {
      const server = await serve(t, () => ({
        status: 403,
        body: { kind: 'Status', message: 'no', reason: 'Forbidden' },
      }));
      const groups = ['--as-group', 'ops-a', '--as-group', 'ops-b'];
      const extras = ['--as-user-extra', 'scopes=view', '--as-user-extra', 'scopes=edit'];
      const flags = ['--server', server.url, '--as', 'alice', '--as-uid', 'u-1', ...groups, ...extras];
      await kubectl.run(['istio-upgrade', 'status', ...flags]);
      const [{ rawHeaders } = { rawHeaders: [] }] = server.seen;
      const sent = rawHeaders.flatMap((header, index) =>
        index % 2 === 0 && /^impersonate/i.test(header) ? [`${header}: ${rawHeaders[index + 1]}`] : [],
      );
      assert.deepEqual(sent, [
        'Impersonate-User: alice',
        'Impersonate-Uid: u-1',
        'Impersonate-Group: ops-a',
        'Impersonate-Group: ops-b',
        'Impersonate-Extra-scopes: view',
        'Impersonate-Extra-scopes: edit',
      ]);
    });

    test(`${kubectl.name}: -v 6 tells every request on stderr, and no credential`, async () => {
      const env = { KUBECONFIG: cluster.kubeconfig('reader') };
      const { out, err } = await kubectl.run(['istio-upgrade', 'status', '-v=6'], { env });
      assert.match(out, MESH_IS_SHOWN);
      assert.match(err, /^GET https:\/\/127\.0\.0\.1:\d+\/apis\/apps\/v1\/\S* 200 in \d+ ms$/m);
      assert.doesNotMatch(err, new RegExp(tokenOf('reader')));
    });

    test(`${kubectl.name}: a proxy of the environment or the kubeconfig is gone through, unless it is not to be`, async (t) => {
      const asked: string[] = [];
      const url = await tunnel(t, host, asked);
      const server = 'https://kubernetes.default.svc:6443';
      const file = (name: string, more: JsonObject) =>
        kubeconfig(name, {
          'current-context': 'far',
          contexts: [context('far', 'far', 'me')],
          clusters: [{ name: 'far', cluster: { ...here(), server, ...more } }],
          users: [{ name: 'me', user: user(tokenOf('reader')) }],
        });
      const [plain, proxied] = [file('far', {}), file('far-proxied', { 'proxy-url': url })];
      await check(kubectl, { name: '', env: { KUBECONFIG: plain, HTTPS_PROXY: url } });
      await check(kubectl, { name: '', env: { KUBECONFIG: proxied, HTTPS_PROXY: 'http://127.0.0.1:1' } });
      assert.deepEqual([...new Set(asked)], ['kubernetes.default.svc:6443']);
      const soFar = asked.length;
      const env = { KUBECONFIG: plain, HTTPS_PROXY: url, NO_PROXY: 'example.com,.svc' };
      await check(kubectl, { name: '', env, refused: /kubernetes\.default\.svc/ });
      assert.equal(asked.length, soFar, 'NO_PROXY names it');
    });

    test(`${kubectl.name}: a credential plugin is told what kubectl tells it`, async () => {
      const { env, told } = execUser(kubectl, 'info', { provideClusterInfo: true, args: ['login'] });
      await check(kubectl, { name: '', env });
      const [ours, kubectlsOwn] = told();
      assert.deepEqual(valueAt(ours, 'spec', 'cluster'), {
        server: cluster.url,
        'certificate-authority-data': cluster.authority.bundle,
        config: null,
      });
      assert.equal(valueAt(ours, 'spec', 'interactive'), false);
      // 1.20 does not say yet whether somebody can answer.
      const more = valueAt(kubectlsOwn, 'spec', 'interactive') === undefined ? { interactive: false } : {};
      assert.deepEqual(ours, { ...kubectlsOwn, spec: { ...objectAt(kubectlsOwn?.spec), ...more } });
    });

    test(`${kubectl.name}: a credential plugin has the terminal, to ask on and to be answered`, async () => {
      const asking = 'printf "token, please: " >&2; read -r token';
      const { env, told } = execUser(kubectl, 'asking', { interactiveMode: 'Always' }, asking);
      const typed = { after: /token, please: /, keys: `${tokenOf('reader')}\r` };
      const { code, screen } = await kubectl.onTerminal(['istio-upgrade', 'status'], { env, typed });
      assert.equal(code, 0, screen);
      assert.match(screen, /Istio 1\.1\.17/);
      assert.equal(valueAt(told()[0], 'spec', 'interactive'), true);
      const without = await kubectl.run(['istio-upgrade', 'status'], { env });
      assert.equal(without.code, 2);
      assert.match(without.err, /needs a terminal, and standard input is not one/);
    });

    test(`${kubectl.name}: in a pod its service account is used`, { skip: noMountNamespace() }, async () => {
      const path = '/api/v1/namespaces/istio-system/serviceaccounts/default/token';
      const account = object('v1', 'ServiceAccount', 'istio-system/default');
      await eventually(() => cluster.get(account), { what: 'a service account' });
      const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
      const token = stringAt(valueAt(await cluster.expect('POST', path, request), 'status', 'token')) ?? '';
      const directory = join(kubectl.directory, 'serviceaccount');
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'token'), token);
      writeFileSync(join(directory, 'namespace'), 'istio-system');
      writeFileSync(join(directory, 'ca.crt'), cluster.authority.own.cert);
      const [address = '', port = ''] = host.split(':');
      const env = { KUBERNETES_SERVICE_HOST: address, KUBERNETES_SERVICE_PORT: port };
      const { code, out, err } = await kubectl.inPod(['istio-upgrade', 'status'], { env, serviceAccount: directory });
      assert.equal(code, 0, err);
      assert.match(out, MESH_IS_SHOWN);
    });
  }

  /** A kubeconfig whose user has a credential plugin, which keeps what it is told. */
  const execUser = (kubectl: Kubectl, name: string, exec: JsonObject, script = `token=${tokenOf('reader')}`) => {
    const notes = join(kubectl.directory, `${name}.notes`);
    const apiVersion = 'client.authentication.k8s.io/v1beta1';
    const answer = `'{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{"token":"%s"}}' "$token"`;
    const lines = [`printf '%s\\n' "$KUBERNETES_EXEC_INFO" >> '${notes}'`, script, `printf ${answer}`];
    writeProgram(kubectl.directory, `login-${name}`, lines.join('\n'));
    const KUBECONFIG = kubeconfig(`exec-${name}`, {
      'current-context': 'here',
      contexts: [context('here', 'here', 'me')],
      clusters: [{ name: 'here', cluster: here() }],
      users: [{ name: 'me', user: { exec: { apiVersion, command: `login-${name}`, ...exec } } }],
    });
    const told = (): readonly JsonObject[] =>
      readFileSync(notes, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    return { env: { KUBECONFIG }, told };
  };
});

/** A proxy that makes tunnels, all of them to one place. */
async function tunnel(t: TestContext, to: string, asked: string[]): Promise<string> {
  const [address = '', port = ''] = to.split(':');
  const proxy = http.createServer();
  proxy.on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    const upstream = connectTo(Number(port), address, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [socket, upstream]) end.on('error', () => [socket, upstream].map((one) => one.destroy()));
  });
  return `http://127.0.0.1:${await listen(t, proxy)}`;
}

/** A pod's files are where every pod has them: that takes a view of the file system of its own. */
function noMountNamespace(): string | false {
  const isThere = existsSync('/usr/bin/unshare') && spawnSync('/usr/bin/unshare', ['-rm', 'true']).status === 0;
  return isThere ? false : 'NOT RUN: unshare -rm is not allowed here';
}
