import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { checks as known } from '../../src/hops/1.1-to-1.2/checks/index.ts';
import { HOPS } from '../../src/hops/index.ts';
import { problemKinds } from '../../src/plan/problem-kinds/index.ts';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';

const DEMO = ['check', '--snapshot', 'test/demo/mesh-1.1.yaml'];
const BROKEN = ['check', '--snapshot', 'test/cli/check-mesh.yaml'];

before(() => process.chdir(ROOT));

test('a mesh with nothing wrong in its configuration gives what is true of any such mesh, and nothing that blocks', async () => {
  const { exit, out, err } = await run(DEMO);
  assert.equal(exit, 0, err);
  assertGolden('check-demo', out);
});

test('what blocks is told first, with what to do, and ends with exit code 3', async () => {
  const { exit, out } = await run(BROKEN);
  assertGolden('check', out);
  assert.equal(exit, 3);
});

test('--ignore takes a blocker away, and it is still told', async () => {
  const { exit, out } = await run([...BROKEN, '--ignore', 'config-rejected']);
  assert.equal(exit, 0);
  assert.match(out, /^warning: ignored: DestinationRule\S+\/shop\/cart: .*\[config-rejected\]$/m);
});

test('as JSON the same, with what was looked for', async () => {
  const { out } = await run([...BROKEN, '-o', 'json']);
  const { schema, checks, problems } = JSON.parse(out);
  assert.equal(schema, 'istio-upgrade/check/v1');
  assert.deepEqual(
    checks,
    known.map(({ id }) => id),
  );
  const found: readonly string[] = problems.map(({ id, object }: { id: string; object?: string }) => `${id} ${object}`);
  assert.deepEqual(
    found.filter((text) => text.includes('/shop/')),
    [
      'config-rejected DestinationRule.networking.istio.io/shop/cart',
      'overlapping-policies Policy.authentication.istio.io/shop/cart',
    ],
  );
});

test('--explain tells all about one finding and reads nothing, whoever finds it', async () => {
  for (const { id, docs } of problemKinds(HOPS)) {
    const { exit, out } = await run(['check', '--explain', id]);
    assert.equal(exit, 0);
    assert.ok(out.startsWith(`${id} (`) && out.includes(docs), id);
  }
  const { exit, err } = await run(['check', '--explain', 'config-rejectd']);
  assert.equal(exit, 2);
  assert.match(err, /there is no finding "config-rejectd"\nhint: {2}did you mean config-rejected\?/);
});

test('what cannot be ignored says so, before anything is read', async () => {
  assertGolden('explain', (await run(['check', '--explain', 'being-deleted'])).out);
  const { exit, out, err } = await run(['check', '--ignore', 'being-deleted', '--snapshot', 'no-such-file']);
  assert.deepEqual([exit, out], [2, '']);
  assert.match(err, /^error: "being-deleted" cannot be ignored: what is written to an object that is being deleted /);
});
