import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';

const MESH = ['--snapshot', 'test/cli/status-mesh.yaml'];

before(() => process.chdir(ROOT));

// How colour begins and ends on a terminal.
const SGR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

const status = (...flags: readonly string[]) => run(['status', ...MESH, ...flags]);

test('status shows the control plane, its gateways and the workloads of the mesh', async () => {
  const { exit, out, err } = await status();
  assertGolden('status', out);
  assert.equal(exit, 0);
  assert.match(err, /^warning: the control plane in istio-system runs several minor versions at once: 1\.1, 1\.2$/m);
});

test('status -o wide adds readiness, images and workloads outside the mesh', async () => {
  assertGolden('status-wide', (await status('-o', 'wide')).out);
});

test('status in colour, where stdout is a terminal, has the same words', async () => {
  const { out } = await run(['status', ...MESH], { isTerminal: true });
  assertGolden('status-coloured', out);
  assert.equal(out.replaceAll(SGR, ''), (await status()).out);
});

test('status as JSON follows its schema, and YAML says the same', async () => {
  const { out } = await status('-o', 'json');
  assertGolden('status-json', out);
  const { parse } = await import('yaml');
  assert.deepEqual(parse((await status('-o', 'yaml')).out), JSON.parse(out));
});

test('status -o name prints one workload a line; --stale keeps those with an old sidecar', async () => {
  assertGolden('status-name', (await status('-o', 'name')).out);
  const { out } = await status('-o', 'name', '--stale');
  assertGolden('status-stale-name', out);
  const { workloads } = JSON.parse((await status('-o', 'json', '--stale')).out);
  assert.deepEqual(
    workloads.map(({ object, stale }: { object: string; stale: boolean }) => [object, stale]),
    out
      .trimEnd()
      .split('\n')
      .map((line) => [line, true]),
  );
});

test('-n restricts the data plane, -A lifts that, -l picks pods; the control plane is always there', async () => {
  const { out } = await status('-n', 'tools');
  assert.match(out, /istio-pilot[\s\S]*istio-ingressgateway[\s\S]*tools +Deployment\.apps\/by-hand/);
  assert.doesNotMatch(out, /^shop /m);
  assert.equal((await status('-n', 'tools', '-A')).out, (await status()).out);
  const selected = await status('-l', 'app=cart,pod-template-hash=6d8f9');
  assert.match(selected.out, /Deployment\.apps\/cart +2 +2 +1\.2\.10/);
  assert.match(
    selected.out,
    /istio-pilot[\s\S]*istio-ingressgateway[\s\S]*1 workload in the mesh, 2 sidecars; 0 stale/,
  );
  assert.match((await status('-n', 'istio-system')).out, /istio-pilot[\s\S]*0 workloads in the mesh/);
});

test('status --help lists its flags', async () => {
  assertGolden('help-status', (await run(['status', '--help'])).out);
});

test('a namespace that is not there has nothing in it', async () => {
  assert.match((await status('-n', 'nowhere')).out, /0 workloads in the mesh, 0 sidecars; 0 stale/);
  const { out, err } = await status('-i', 'istio-other', '-o', 'name', '-n', 'nowhere');
  assert.equal(out, '');
  assert.match(err, /warning: no control plane in istio-other\nhint: {2}name its namespace with -i/);
});

test('every line that README shows of status is a line of it', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const [, flags = '', block = ''] = /```text\n\$ kubectl istio-upgrade (status[^\n]*)\n([^`]*)```/.exec(readme) ?? [];
  const { out } = await run(flags.split(' '));
  const lines = block.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '…');
  assert.ok(lines.length > 10, 'README shows status');
  const known = new Set(out.split('\n'));
  assert.deepEqual(
    lines.filter((line) => !known.has(line)),
    [],
  );
});
