import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';

const MESH = ['--snapshot', 'test/demo/mesh-1.1.yaml'];
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function refused(
  argv: readonly string[],
  exit: number,
  pattern: RegExp,
  env: Record<string, string> = {},
): Promise<void> {
  const ran = await run(argv, { env });
  assert.match(ran.err, pattern);
  assert.equal(ran.exit, exit, ran.err);
  assert.doesNotMatch(ran.err, /this is a bug/);
}

test('help names every command and exit code', async () => {
  const { out, exit } = await run(['--help']);
  assertGolden('help', out);
  assert.equal(exit, 0);
  assertGolden('help-plan', (await run(['plan', '--help'])).out);
  assertGolden('help-apply', (await run(['apply', '--help'])).out);
  assertGolden('help-rollback', (await run(['rollback', '--help'])).out);
  assertGolden('help-history', (await run(['history', '--help'])).out);
});

test('an unknown flag or command is an error with a suggestion', async () => {
  await refused(['plan', '--filname', 'x'], 2, /Unknown argument: filname\nhint: {2}did you mean --filename\?/);
  await refused(['aply'], 2, /Did you mean apply\?/);
  await refused([], 2, /name a command/);
});

test('the value of a short flag may be attached to it, as with kubectl', async () => {
  const apart = await run(['plan', ...MESH, '-f', 'test/demo/istio-1.2', '-o', 'name', '-q', '-i', 'istio-system']);
  assert.equal(apart.exit, 0, apart.err);
  const attached = ['-ftest/demo/istio-1.2', '-oname', '-iabsent', '-qi=istio-system'];
  assert.deepEqual(await run(['plan', ...MESH, ...attached]), apart);
  await refused(['plan', ...MESH, '-otable'], 2, /Argument: output, Given: "table"/);
  await refused(['plan', ...MESH, '-nnowhere'], 2, /-n nowhere: the control plane's namespace is named with -i/);
  await refused(['plan', ...MESH, '-xyz'], 2, /Unknown arguments: x, y/);
});

test('a flag with a value that it cannot have is an error that says which it can', async () => {
  await refused(['plan', ...MESH, '-f', 'test/demo/istio-1.2', '-o', 'table'], 2, /text.*json.*yaml.*name/s);
  await refused(
    ['apply', ...MESH, '-f', 'test/demo/istio-1.2', '--timeout', 'soon'],
    2,
    /--timeout: "soon" is no duration/,
  );
  await refused(
    ['apply', ...MESH, '-f', 'test/demo/istio-1.2', '--settle', 'soon'],
    2,
    /--settle: "soon" is no duration/,
  );
  await refused(
    ['plan', ...MESH, '-f', 'test/demo/istio-1.2', '--context-lines', '-1'],
    2,
    /--context-lines "-1" is not a whole number/,
  );
  await refused(['plan', ...MESH, '-f', 'test/demo/istio-1.2', '-n', 'elsewhere'], 2, /namespace is named with -i/);
  await refused(
    ['plan', ...MESH, '-f', 'test/demo/istio-1.2', '--take', 'nonsense'],
    2,
    /--take: "nonsense" is not REF:PATH/,
  );
  await refused(
    ['apply', '-f', 'test/demo/istio-1.2', '--snapshot-out', 'x'],
    2,
    /--snapshot-out goes with --snapshot/,
  );
});

test('manifests that are missing, empty, broken or no objects are all named, with file, document and line', async () => {
  await refused(['plan', ...MESH, '--phase', 'control-plane'], 2, /no target: phase control-plane/);
  await refused(['plan', ...MESH, '-f', join(folder, 'absent.yaml')], 2, /absent\.yaml/);
  const broken = file(
    'broken.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\na: [1\n---\nkind: Service\napiVersion: v1\nmetadata: {}\n',
  );
  const { err, exit } = await run(['plan', ...MESH, '-f', broken]);
  assert.match(err, /broken\.yaml, document 2, line \d+/);
  assert.equal(exit, 2);
  const nameless = file(
    'nameless.yaml',
    'kind: Service\napiVersion: v1\nmetadata: {}\n---\napiVersion: v1\nmetadata: {name: x}\n',
  );
  const both = await run(['plan', ...MESH, '-f', nameless]);
  assert.match(both.err, /document 1[\s\S]*document 2/);
});

test('a file that may not be read is named', {
  skip: process.getuid?.() === 0 ? 'root reads everything' : false,
}, async () => {
  const secret = file('secret.yaml', 'kind: Service');
  chmodSync(secret, 0);
  await refused(['plan', ...MESH, '-f', secret], 2, /secret\.yaml/);
});

test('a kind that nobody serves blocks, and every such object is named', async () => {
  const unknown = file(
    'unknown.yaml',
    'apiVersion: a.example/v1\nkind: Thing\nmetadata: {name: x}\n---\napiVersion: b.example/v1\nkind: Other\nmetadata: {name: b}\n',
  );
  await refused(
    ['plan', ...MESH, '-f', 'test/demo/istio-1.2', '-f', unknown],
    3,
    /Thing\.a\.example[\s\S]*Other\.b\.example/,
  );
});

test('a target that no hop leads to blocks with the steps that do', async () => {
  const target = file(
    'target.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: istio-pilot, namespace: istio-system}\nspec: {template: {spec: {containers: [{name: discovery, image: "docker.io/istio/pilot:1.3.0"}]}}}\n',
  );
  await refused(
    ['plan', ...MESH, '-f', target],
    3,
    /no path from Istio 1\.1\.17 to 1\.3\.0\nhint: {2}upgrade one minor version at a time: 1\.1 to 1\.2 to 1\.3/,
  );
  await refused(['plan', ...MESH, '-f', 'test/demo/istio-1.2/crds.yaml'], 3, /manifests hold no Istio control plane/);
  await refused(
    ['plan', ...MESH, '-f', 'test/demo/istio-1.2', '-i', 'elsewhere'],
    3,
    /no Istio control plane in namespace elsewhere/,
  );
});

test('a snapshot that is missing or broken is named', async () => {
  await refused(['plan', '--snapshot', join(folder, 'absent.yaml'), '-f', 'test/demo/istio-1.2'], 2, /absent\.yaml/);
  await refused(['plan', '--snapshot', file('bad.yaml', 'a: [1\n'), '-f', 'test/demo/istio-1.2'], 2, /bad\.yaml/);
});

test('a kubeconfig that is missing, a context that is not there and a server that does not answer are one line each', async () => {
  const target = ['-f', 'test/demo/istio-1.2'];
  await refused(['plan', ...target, '--kubeconfig', join(folder, 'absent')], 2, /absent/);
  const config = file(
    'config',
    'apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]\nusers: []\ncontexts: [{name: here, context: {cluster: c}}]\ncurrent-context: here\n',
  );
  await refused(
    ['plan', ...target, '--kubeconfig', config, '--context', 'there'],
    2,
    /context there does not exist\nhint: .*here/,
  );
  await refused(['plan', ...target], 1, /127\.0\.0\.1:1.*refused/s, { KUBECONFIG: config });
});
