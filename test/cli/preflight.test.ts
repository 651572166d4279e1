import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, run } from './run.ts';

const REJECTED = `---
apiVersion: networking.istio.io/v1alpha3
kind: DestinationRule
metadata: {name: labels, namespace: shop}
spec: {host: cart, subsets: [{name: v1, labels: {app.kubernetes.io/version: v1}}]}
`;
const TARGET = ['-f', 'test/demo/istio-1.2'];
let folder = '';
let mesh = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
  mesh = join(folder, 'mesh.yaml');
  // Pilot that gets its configuration over MCP drops what its validation rejects.
  const text = readFileSync('test/demo/mesh-1.1.yaml', 'utf8');
  writeFileSync(mesh, text.replace('enableTracing: true', 'configSources: [{address: galley}]') + REJECTED);
});
after(() => rmSync(folder, { recursive: true }));

test('plan shows everything and ends with 3 where a check finds a blocker', async () => {
  const { exit, out } = await run(['plan', '--snapshot', mesh, ...TARGET, '--quiet']);
  assert.equal(exit, 3);
  assert.match(out, /^blocker: DestinationRule\S+\/shop\/labels: .*\[config-rejected\]$/m);
  assert.match(out, /^plan: 3 to create, 16 to update, 1 to replace, .*; 1 blocking$/m);
});

test('apply writes nothing then, whatever is answered', async () => {
  const before = readFileSync(mesh, 'utf8');
  const { exit, out } = await run(['apply', '--snapshot', mesh, ...TARGET, '--quiet', '--yes']);
  assert.equal(exit, 3);
  assert.match(out, /\[config-rejected\]/);
  assert.equal(readFileSync(mesh, 'utf8'), before);
});

test('what is ignored is told, recorded in the plan, and does not stop apply', async () => {
  const ignoring = ['--snapshot', mesh, ...TARGET, '--ignore', 'config-rejected'];
  const { exit, out } = await run(['plan', ...ignoring, '-o', 'json']);
  assert.equal(exit, 0);
  const { ignored, problems } = JSON.parse(out);
  assert.deepEqual(ignored, ['config-rejected']);
  const [told] = problems.filter(({ id }: { id: string }) => id === 'config-rejected');
  assert.equal(told.severity, 'warning');
  assert.match(told.message, /^ignored: /);
  const applied = await run(['apply', ...ignoring, '--snapshot-out', join(folder, 'after.yaml'), '--quiet', '--yes']);
  assert.equal(applied.exit, 0, applied.err);
});

test('what no run can go on despite is refused, whatever the command, before anything is read', async () => {
  for (const command of ['plan', 'apply', 'check']) {
    const { exit, err } = await run([command, '--snapshot', 'no-such-file', '--ignore', 'refused-by-server']);
    assert.equal(exit, 2);
    assert.match(err, /^error: "refused-by-server" cannot be ignored: .*\nhint: {2}all about it: kubectl istio-upgrade check --explain /);
  }
});

test('check with a target tells what planning it finds as well, and nothing else of the plan', async () => {
  const { exit, out } = await run(['check', '--snapshot', mesh, ...TARGET]);
  assert.equal(exit, 3);
  assert.match(out, /^Istio 1\.1\.17 → 1\.2\.10 {2}/);
  assert.match(out, /\[config-rejected\]/);
  assert.doesNotMatch(out, /^plan:/m);
  const text = readFileSync('test/demo/istio-1.2/control-plane.yaml', 'utf8').replaceAll(':1.2.10', ':1.3.0');
  const { exit: refused, err } = await run(['check', '--snapshot', mesh, '-f', '-'], { stdin: text });
  assert.equal(refused, 3);
  assert.match(err, /^error: no path from Istio 1\.1\.17 to 1\.3\.0\nhint: {2}upgrade one minor version at a time: /);
});
