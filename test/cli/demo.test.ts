import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';
import { terminal } from './terminal.ts';

const MESH = 'test/demo/mesh-1.1.yaml';
const TARGET = ['-f', 'test/demo/istio-1.2'];
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

test('plan shows the whole upgrade of the demo mesh', async () => {
  const { exit, out, err } = await run(['plan', '--snapshot', MESH, ...TARGET]);
  assertGolden('demo-plan', out);
  assert.equal(err, '');
  assert.equal(exit, 0);
});

test('the same plan in colour, where stdout is a terminal', async () => {
  const { out } = await run(['plan', '--snapshot', MESH, ...TARGET, '--quiet'], { isTerminal: true });
  assertGolden('demo-plan-coloured', out);
});

test('every line that README shows of the plan is a line of the plan', async () => {
  const { out } = await run(['plan', '--snapshot', MESH, ...TARGET]);
  const readme = readFileSync('README.md', 'utf8');
  const [, block = ''] = /```text\n\$ kubectl istio-upgrade plan[^\n]*\n([^`]*)```/.exec(readme) ?? [];
  const lines = block.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '…');
  assert.ok(lines.length > 20, 'README shows the plan');
  const known = new Set(out.split('\n'));
  assert.deepEqual(
    lines.filter((line) => !known.has(line)),
    [],
  );
});

test('plan as JSON follows its schema, and YAML says the same', async () => {
  const { out } = await run(['plan', '--snapshot', MESH, ...TARGET, '-o', 'json']);
  assertGolden('demo-plan-json', out);
  const { parse } = await import('yaml');
  const yaml = await run(['plan', '--snapshot', MESH, ...TARGET, '-o', 'yaml']);
  assert.deepEqual(parse(yaml.out), JSON.parse(out));
});

test('plan -o name prints one changed object a line', async () => {
  const { out } = await run(['plan', '--snapshot', MESH, ...TARGET, '-o', 'name']);
  assert.match(out, /^Deployment\.apps\/istio-system\/istio-pilot$/m);
  const { out: json } = await run(['plan', '--snapshot', MESH, ...TARGET, '-o', 'json']);
  assert.equal(out.trimEnd().split('\n').length, JSON.parse(json).changes.length);
});

test('plan --detailed-exitcode tells changes from none', async () => {
  const { exit } = await run(['plan', '--snapshot', MESH, ...TARGET, '--detailed-exitcode']);
  assert.equal(exit, 5);
});

test('apply writes the upgraded mesh, and then there is nothing left to do', async () => {
  const upgraded = join(folder, 'upgraded.yaml');
  const { exit, err } = await run(['apply', '--snapshot', MESH, ...TARGET, '--yes', '--snapshot-out', upgraded]);
  assert.equal(exit, 0);
  assert.match(err, /phase crds: 2 changes[\s\S]*phase control-plane[\s\S]*verified/);
  const again = await run(['plan', '--snapshot', upgraded, ...TARGET, '--detailed-exitcode']);
  assert.match(again.out, /^nothing to do: \d+ objects are as they should be/m);
  assert.equal(again.exit, 0);
  const second = await run(['apply', '--snapshot', upgraded, ...TARGET], { answer: 'never asked' });
  assert.equal(second.exit, 0);
  assert.doesNotMatch(second.err, /Only "yes"/);
});

test('apply --quiet says nothing but its results', async () => {
  const quiet = ['--yes', '--quiet', '--snapshot-out', join(folder, 'quiet.yaml')];
  for (const isTerminal of [true, false]) {
    const { out, err } = await run(['apply', '--snapshot', MESH, ...TARGET, ...quiet], { isTerminal });
    assert.equal(err, '');
    assert.match(out, /^done: 20 changes applied in /m);
  }
});

test('apply on a terminal leaves a row a phase', async () => {
  const file = join(folder, 'terminal.yaml');
  const { err } = await run(
    ['apply', '--snapshot', MESH, ...TARGET, '--yes', '--color', 'never', '--snapshot-out', file],
    {
      isTerminal: true,
    },
  );
  const seen = terminal(120, 24);
  seen.write(err);
  assert.deepEqual(
    seen.lines().map((line) => line.replace(/^(.) {1,5}(\d+ms|\d+s) /, '$1 TIME ')),
    [
      '✓ TIME phase crds: 2 changes',
      '✓ TIME phase control-plane: 18 changes',
      '✓ TIME verified: 20 objects are as predicted, 7 CustomResourceDefinitions established',
    ],
  );
});

test('a scaled Deployment keeps its scale through the upgrade', async () => {
  const upgraded = join(folder, 'scaled.yaml');
  await run(['apply', '--snapshot', MESH, ...TARGET, '--yes', '--snapshot-out', upgraded]);
  const { readSnapshot } = await import('../../src/memory/snapshot-file.ts');
  const galley = readSnapshot(readFileSync(upgraded, 'utf8'), upgraded).find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'istio-galley',
  );
  assert.equal(JSON.parse(JSON.stringify(galley?.spec)).replicas, 2);
});

test('--prune deletes what the old release left behind, and only that', async () => {
  const pruned = join(folder, 'pruned.yaml');
  const { out } = await run(['apply', '--snapshot', MESH, ...TARGET, '--prune', '--yes', '--snapshot-out', pruned]);
  assert.match(out, /1 to delete/);
  const left = await run(['plan', '--snapshot', pruned, ...TARGET]);
  assert.doesNotMatch(left.out, /Left behind/);
  assert.doesNotMatch(readFileSync(pruned, 'utf8'), /^ {2}kind: metric$/m);
  assert.match(
    readFileSync(pruned, 'utf8'),
    /name: metrics\.config\.istio\.io$/m,
    'the CustomResourceDefinition stays',
  );
});

test('only "yes" is yes, and nothing is written without it', async () => {
  const untouched = join(folder, 'untouched.yaml');
  const { exit, err } = await run(['apply', '--snapshot', MESH, ...TARGET, '--snapshot-out', untouched], {
    answer: 'y',
  });
  assert.equal(exit, 4);
  assert.match(err, /declined: nothing was written/);
  assert.throws(() => readFileSync(untouched), { code: 'ENOENT' });
});

test('without a terminal and without --yes there is nobody to ask', async () => {
  const { exit, err } = await run(['apply', '--snapshot', MESH, ...TARGET]);
  assert.equal(exit, 2);
  assert.match(err, /no terminal to ask it on/);
});

test('an interrupted apply says where it stopped, and the next one goes on from there', async () => {
  const half = join(folder, 'half.yaml');
  const { exit, err } = await run(['apply', '--snapshot', MESH, ...TARGET, '--yes', '--snapshot-out', half], {
    interrupted: AbortSignal.abort(),
  });
  assert.equal(exit, 130);
  assert.match(err, /interrupted before .*: 0 of \d+ changes are done/);
  const { exit: finished } = await run(['apply', '--snapshot', half, ...TARGET, '--yes']);
  assert.equal(finished, 0);
});

test('the plan is the same however the manifests come in', async () => {
  const both = ['control-plane.yaml', 'crds.yaml']
    .map((name) => readFileSync(`test/demo/istio-1.2/${name}`, 'utf8'))
    .join('\n---\n');
  const { out } = await run(['plan', '--snapshot', MESH, '-f', '-'], { stdin: both });
  const { out: files } = await run([
    'plan',
    '--snapshot',
    MESH,
    '-f',
    'test/demo/istio-1.2/control-plane.yaml',
    '-f',
    'test/demo/istio-1.2/crds.yaml',
  ]);
  assert.equal(out, files);
  assertGolden('demo-plan', out);
});
