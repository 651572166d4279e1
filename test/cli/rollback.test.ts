import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { clusterWith, comparable, withoutStatus } from '../app/whole-upgrade.ts';
import { differences } from '../cluster/compare.ts';
import { assertGolden } from './golden.ts';
import { ROOT, run, withoutTimes } from './run.ts';

const TARGET = ['-f', 'test/demo/istio-1.2'];
const APPLY = ['--yes', '--allow-mtls-change', '--quiet'];
let folder = '';
let mesh: readonly string[] = [];
let state: readonly string[] = [];

before(() => process.chdir(ROOT));
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
  mesh = ['--snapshot', join(folder, 'mesh.yaml')];
  state = ['--state-dir', join(folder, 'state')];
  copyFileSync('test/demo/mesh-1.1.yaml', join(folder, 'mesh.yaml'));
});
after(() => rmSync(folder, { recursive: true }));

/** The mesh with the defaults and the status that reading it into memory gives it. */
const objects = () => {
  const text = readFileSync(join(folder, 'mesh.yaml'), 'utf8');
  return comparable(clusterWith(readSnapshot(text, 'mesh.yaml').map(withoutStatus)).snapshot());
};
const apply = (...more: readonly string[]) => run(['apply', ...mesh, ...TARGET, ...APPLY, ...state, ...more]);
const rollback = (...more: readonly string[]) => run(['rollback', ...more, ...mesh, ...state]);
/** Ids and folders are different every time. */
const steady = (text: string) =>
  text
    .replaceAll(folder, '/tmp/x')
    .replaceAll(/\d{8}-\d{6}(?:-\d+)?/g, '20191001-000000')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '2019-10-01 00:00:00 UTC')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2019-10-01T00:00:00.000Z');
/** In another place the columns are as wide as they are there. */
const unaligned = (text: string) => steady(text).replaceAll(/ {2,}/g, '  ');

test('a run is listed, shown, taken back to the same objects, and then is nothing to take back any more', async () => {
  const start = objects();
  await apply('--prune');
  const upgraded = objects();
  const planned = await rollback('--quiet');
  assert.equal(planned.exit, 2, 'there is nobody to ask');
  assertGolden('rollback-plan', steady(planned.out));
  const { exit, out, err } = await rollback('--yes', '--quiet');
  assert.equal(exit, 0, err);
  assert.match(
    withoutTimes(out),
    /^done: 21 changes taken back in TIME \(control-plane TIME, crds TIME\), the control plane is back at Istio 1\.1\.17$/m,
  );
  assert.deepEqual(differences(objects(), start), []);
  const again = await rollback('--yes');
  assert.equal(again.exit, 3);
  assert.match(again.err, /^error: nothing to roll back: no run that is kept here wrote to namespace istio-system on /);
  const { out: listed } = await run(['history', ...state]);
  assertGolden('history', unaligned(listed));
  const [, id = ''] = /^(\S+) .*takes back/m.exec(listed) ?? [];
  const { out: shown } = await run(['history', id, ...state]);
  assert.match(shown, /^takes back: +\d{8}-\d{6}$/m);
  assert.match(shown, /^update +ConfigMap\/istio-system\/istio +changed$/m);
  const forward = await rollback(id, '--yes', '--quiet');
  assert.equal(forward.exit, 0, forward.err);
  assert.deepEqual(differences(objects(), upgraded), [], 'a rollback is taken back as any other run');
});

test('what others changed since is told with their name, and stays', async () => {
  await apply();
  const file = join(folder, 'mesh.yaml');
  const edited = readFileSync(file, 'utf8').replaceAll(
    'image: docker.io/istio/pilot:1.2.10',
    'image: registry.shop/pilot:1.2.10',
  );
  writeFileSync(file, edited);
  const path = 'spec.template.spec.containers[name="discovery"].image';
  const { exit, out } = await rollback('--yes', '--quiet');
  assert.equal(exit, 0);
  assert.match(
    out,
    /warning: Deployment\.apps\/istio-system\/istio-pilot: spec\.template.*was changed since the run, by ".*" \[changed-since\]/,
  );
  assert.match(out, /1 field was left as another made it/);
  assert.match(readFileSync(file, 'utf8'), /registry\.shop\/pilot:1\.2\.10/);
  const taken = await rollback('--yes', '--quiet', '--take', `Deployment.apps/istio-system/istio-pilot:${path}`);
  assert.equal(taken.exit, 3, 'the run is taken back: it has to be named');
  const { out: listed } = await run(['history', ...state, '-o', 'json']);
  const [first] = JSON.parse(listed).runs;
  const named = await rollback(
    first.id,
    '--yes',
    '--quiet',
    '--take',
    `Deployment.apps/istio-system/istio-pilot:${path}`,
  );
  assert.equal(named.exit, 0, named.err);
  assert.match(readFileSync(file, 'utf8'), /image: docker\.io\/istio\/pilot:1\.1\.17/);
});

test('a copy in a file is not kept unless it is asked for', async () => {
  const home = join(folder, 'home');
  await run(['apply', ...mesh, ...TARGET, ...APPLY], { env: { XDG_STATE_HOME: home } });
  assert.equal((await run(['history'], { env: { XDG_STATE_HOME: home } })).out, 'no run is kept\n');
});

test('a place that cannot be written to stops the run before it writes', async () => {
  writeFileSync(join(folder, 'file'), '');
  const start = objects();
  const { exit, err } = await apply('--state-dir', join(folder, 'file'));
  assert.equal(exit, 1);
  assert.match(err, /^error: cannot read .*: part of the path is a file\nhint: .*--state-dir$/m);
  assert.deepEqual(differences(objects(), start), []);
});

test('no credential is kept with the command', async () => {
  await apply('--token', 'secret-1');
  await apply('--token=secret-2');
  const { out } = await run(['history', '20', ...state, '-o', 'json']);
  assert.match(out, /"\*\*\*"/);
  assert.doesNotMatch(out, /secret-/);
});

test('back to the old release by its manifests, where nothing is kept', async () => {
  const old = join(folder, 'istio-1.1.yaml');
  writeFileSync(old, readFileSync('test/demo/istio-1.2/control-plane.yaml', 'utf8').replaceAll('1.2.10', '1.1.17'));
  await apply();
  const forward = await run(['apply', ...mesh, '-f', old, ...APPLY]);
  assert.match(forward.err, /going back is not an upgrade/);
  const { exit, out, err } = await rollback('-f', old, '--yes', '--quiet');
  assert.equal(exit, 0, err);
  assert.match(out, /Istio 1\.2\.10 → 1\.1\.17[\s\S]*\[not-undone\][\s\S]*back at Istio 1\.1\.17$/m);
  assert.match(readFileSync(join(folder, 'mesh.yaml'), 'utf8'), /image: docker\.io\/istio\/pilot:1\.1\.17/);
});

for (const [flags, message] of [
  [['20191001', '-f', 'x.yaml'], /-f goes back to a release, 20191001 to what was there before that run/],
  [['--prune'], /--prune goes with -f/],
  [['-f', 'test/demo/istio-1.2', '--phase', 'config'], /phase config: the old manifests do not say/],
  [['2018'], /there is no run 2018/],
] as const) {
  test(`rollback ${flags.join(' ')} is refused with what to do`, async () => {
    const { exit, err } = await rollback(...flags, '--yes');
    assert.equal(exit, 2);
    assert.match(err, message);
  });
}
