import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';

const PLAN = ['--snapshot', 'test/cli/mtls-mesh.yaml', '-f', 'test/demo/istio-1.2', '--phase', 'config'];
let folder = '';
let out = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
  out = join(folder, 'mesh.yaml');
});
after(() => rmSync(folder, { recursive: true }));

test('plan shows what becomes of mutual TLS, connection by connection', async () => {
  const shown = await run(['plan', ...PLAN]);
  assertGolden('mtls-plan', shown.out);
  assert.equal(shown.exit, 0);
});

test('plan as JSON says the same of each connection, with what decides about it', async () => {
  const { mtls } = JSON.parse((await run(['plan', ...PLAN, '-o', 'json'])).out);
  const cart = mtls.find((one: { service: string; port: number }) => one.port === 8000);
  assert.deepEqual(
    [cart.service, cart.verdict, cart.before.server, cart.before.client, cart.after.server, cart.after.client],
    ['Service/shop/cart', 'weaker', 'STRICT', 'ISTIO_MUTUAL', 'DISABLE', 'PLAINTEXT'],
  );
  assert.deepEqual(cart.after.because, [
    'Policy.authentication.istio.io/shop/disable-mtls-cart-8000',
    'DestinationRule.networking.istio.io/shop/cart',
  ]);
});

test('--yes alone is no yes to a change of mutual TLS: exit 3, and nothing is written', async () => {
  const { exit, err } = await run(['apply', ...PLAN, '--snapshot-out', out, '--yes']);
  assert.equal(exit, 3);
  assert.match(
    err,
    /error: nothing was written: mutual TLS would change \(Service\/bank\/ledger port 5432: weaker and 1 more\)/,
  );
  assert.match(err, /--allow-mtls-change/);
  assert.throws(() => readFileSync(out), { code: 'ENOENT' });
});

test('the question says that mutual TLS changes', async () => {
  const { exit, err } = await run(['apply', ...PLAN, '--snapshot-out', out], { answer: 'no' });
  assert.equal(exit, 4);
  assert.match(err, /Mutual TLS changes in 2 rows of the table above\. Apply these 4 changes/);
});

test('with --allow-mtls-change it is carried out, in an order in which clients and servers always fit', async () => {
  const { exit, err } = await run(['apply', ...PLAN, '--snapshot-out', out, '--yes', '--allow-mtls-change', '--quiet']);
  assert.equal(exit, 0, err);
  const again = await run(['plan', '--snapshot', out, ...PLAN.slice(2), '--detailed-exitcode']);
  assert.match(again.out, /^nothing to do/m);
  assert.equal(again.exit, 0);
});

test('--remove-annotations takes out what is carried over, and what never did anything', async () => {
  const { exit, err } = await run([
    'apply',
    ...PLAN,
    '--snapshot-out',
    out,
    '-y',
    '--allow-mtls-change',
    '--remove-annotations',
  ]);
  assert.equal(exit, 0, err);
  assert.match(readFileSync('test/cli/mtls-mesh.yaml', 'utf8'), /auth\.istio\.io\/8000/);
  assert.doesNotMatch(readFileSync(out, 'utf8'), /auth\.istio\.io\//);
});
