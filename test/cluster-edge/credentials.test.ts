import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { apiCluster } from '../../src/cluster/api-cluster.ts';
import { loadConnection } from '../../src/cluster/kubeconfig.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { clientOptions, serve, status, temporaryDirectory } from './api-server.ts';

interface Plugin {
  readonly kubeconfig: string;
  /** What it found in KUBERNETES_EXEC_INFO each time. */
  runs(): readonly string[];
}

/** A kubeconfig whose user has a plugin that notes what it is told and prints `answer`, where $n is the number of its run. */
function plugin(t: TestContext, answer: string, extra = '', server = 'https://one'): Plugin {
  const directory = temporaryDirectory(t);
  const notes = path.join(directory, 'notes');
  const script = `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> "$NOTES"\nn=$(wc -l < "$NOTES" | tr -d ' ')\n${answer}\n`;
  writeFileSync(path.join(directory, 'plugin'), script, { mode: 0o755 });
  const kubeconfig = path.join(directory, 'config');
  writeFileSync(
    kubeconfig,
    `
current-context: c
contexts: [{name: c, context: {cluster: one, user: ann}}]
clusters:
- name: one
  cluster:
    server: ${server}
    extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}]
users:
- name: ann
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./plugin
      env: [{name: NOTES, value: ${notes}}]
      installHint: install the plugin
${extra}
`,
  );
  return { kubeconfig, runs: () => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []) };
}

const TOKEN = `echo '{"kind":"ExecCredential","status":{"token":"t'$n'"}}'`;
const env = { PATH: process.env.PATH };

test('a credential plugin is told about the cluster when it wants to, and is not run before it is needed', async (t) => {
  const { kubeconfig, runs } = plugin(t, TOKEN, '      provideClusterInfo: true\n      interactiveMode: IfAvailable');
  const { credentials } = await loadConnection({ kubeconfig }, { env });
  assert.deepEqual(runs(), []);
  assert.equal((await credentials.get()).authorization, 'Bearer t1');
  assert.deepEqual(
    runs().map((run) => JSON.parse(run)),
    [
      {
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        spec: { cluster: { server: 'https://one', config: { audience: 'x' } }, interactive: false },
      },
    ],
  );
});

test('a credential plugin may ask at a terminal unless it never does', async (t) => {
  const may = plugin(t, TOKEN);
  await (await loadConnection({ kubeconfig: may.kubeconfig }, { env, interactive: true })).credentials.get();
  assert.deepEqual(JSON.parse(may.runs()[0] ?? '').spec, { interactive: true });
  const never = plugin(t, TOKEN, '      interactiveMode: Never');
  await (await loadConnection({ kubeconfig: never.kubeconfig }, { env, interactive: true })).credentials.get();
  assert.deepEqual(JSON.parse(never.runs()[0] ?? '').spec, { interactive: false });
});

test("the terminal is the credential plugin's while it runs, also when it fails", async (t) => {
  for (const answer of [TOKEN, 'exit 3']) {
    const { kubeconfig, runs } = plugin(t, answer);
    const seen: string[] = [];
    const look = (what: string) => seen.push(`${what} after ${runs().length} runs`);
    const holdTerminal = () => {
      look('held');
      return () => void look('let go');
    };
    const { credentials } = await loadConnection({ kubeconfig }, { env, holdTerminal });
    assert.deepEqual(seen, []);
    await credentials.get().catch(() => undefined);
    assert.deepEqual(seen, ['held after 0 runs', 'let go after 1 runs']);
  }
});

test('a credential plugin that needs a terminal is not run without one', async (t) => {
  const { kubeconfig, runs } = plugin(t, TOKEN, '      interactiveMode: Always');
  const { credentials } = await loadConnection({ kubeconfig }, { env, interactive: false });
  await assert.rejects(credentials.get(), /needs a terminal/);
  assert.deepEqual(runs(), []);
});

test('many requests run the plugin once, until its credential expires', async (t) => {
  const { kubeconfig, runs } = plugin(
    t,
    `echo '{"kind":"ExecCredential","status":{"token":"t'$n'","expirationTimestamp":"2020-01-01T00:01:00Z"}}'`,
  );
  let now = Date.parse('2020-01-01T00:00:00Z');
  const { credentials } = await loadConnection({ kubeconfig }, { env, now: () => now });
  await Promise.all([credentials.get(), credentials.get(), credentials.get()]);
  assert.equal(runs().length, 1);
  now += 60_000;
  const later = await Promise.all([credentials.get(), credentials.get()]);
  assert.deepEqual(
    later.map(({ authorization }) => authorization),
    ['Bearer t2', 'Bearer t2'],
  );
});

test('a refused credential is asked for again, once for all requests that were refused', async (t) => {
  const server = await serve(t, ({ headers }) =>
    headers.authorization === 'Bearer t2'
      ? { body: { gitVersion: 'v1.20.2' } }
      : status(401, 'Unauthorized', 'Unauthorized'),
  );
  const { kubeconfig, runs } = plugin(t, TOKEN, '', server.url);
  const cluster = apiCluster(await loadConnection({ kubeconfig }, { env }), clientOptions());
  assert.deepEqual(
    await Promise.all([cluster.version(), cluster.version(), cluster.version()]),
    Array(3).fill('v1.20.2'),
  );
  assert.equal(runs().length, 2);
  await cluster.close();
});

test('a credential that is refused again is an error, not a loop', async (t) => {
  const server = await serve(t, () => status(401, 'Unauthorized', 'Unauthorized'));
  const { kubeconfig, runs } = plugin(t, TOKEN, '', server.url);
  const cluster = apiCluster(await loadConnection({ kubeconfig }, { env }), clientOptions());
  await assert.rejects(cluster.version(), { message: 'read the version: unauthorized', hint: /log in again/ });
  assert.equal(runs().length, 2);
});

test('a plugin that fails is named with its installation hint, and what it printed is not shown', async (t) => {
  const failing = plugin(t, 'exit 3');
  const { credentials } = await loadConnection({ kubeconfig: failing.kubeconfig }, { env });
  await assert.rejects(credentials.get(), { message: /plugin failed: exit code 3$/, hint: 'install the plugin' });
  const babbling = plugin(t, 'echo hunter2');
  const other = await loadConnection({ kubeconfig: babbling.kubeconfig }, { env });
  await assert.rejects(other.credentials.get(), (error: unknown) => {
    assert.ok(error instanceof UpgradeError);
    return /not a JSON object/.test(error.message) && !error.message.includes('hunter2');
  });
});

test('a plugin that is not installed is said so', async (t) => {
  const { kubeconfig } = plugin(t, TOKEN);
  writeFileSync(kubeconfig, readFileSync(kubeconfig, 'utf8').replace('./plugin', 'no-such-plugin-anywhere'));
  const { credentials } = await loadConnection({ kubeconfig }, { env });
  await assert.rejects(credentials.get(), {
    message: /no-such-plugin-anywhere failed: .*ENOENT/,
    hint: 'install the plugin',
  });
});

test("an old kubeconfig's auth provider gives its token, and an unknown one is refused", async (t) => {
  const file = path.join(temporaryDirectory(t), 'config');
  const config = (provider: string): string =>
    `{clusters: [{name: a, cluster: {server: 'https://a'}}], users: [{name: u, user: {auth-provider: ${provider}}}],
      contexts: [{name: c, context: {cluster: a, user: u}}], current-context: c}`;
  writeFileSync(file, config('{name: gcp, config: {access-token: old-token}}'));
  const { credentials } = await loadConnection({ kubeconfig: file }, { env });
  assert.equal((await credentials.get()).authorization, 'Bearer old-token');
  writeFileSync(file, config('{name: openstack}'));
  const other = await loadConnection({ kubeconfig: file }, { env });
  await assert.rejects(other.credentials.get(), { message: 'auth provider openstack is not supported' });
});

test('a plugin that runs unattended has no terminal to ask at, and is killed when its time is over', async (t) => {
  // Whoever leads a process group of his own was put into a session of his own, away from the terminal.
  const leading = plugin(t, `kill -0 -$$ || exit 1\n${TOKEN}`);
  const never = new AbortController();
  const led = await loadConnection({ kubeconfig: leading.kubeconfig }, { env, unattended: never.signal });
  assert.equal((await led.credentials.get()).authorization, 'Bearer t1');
  const hanging = plugin(t, 'exec sleep 60');
  const over = AbortSignal.timeout(50);
  const hung = await loadConnection({ kubeconfig: hanging.kubeconfig }, { env, unattended: over });
  await assert.rejects(hung.credentials.get(), /plugin failed: The operation was aborted/);
  assert.ok(over.aborted);
});
