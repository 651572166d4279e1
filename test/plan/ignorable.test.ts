import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { HOPS } from '../../src/hops/index.ts';
import { ignorable, kindNamed } from '../../src/plan/ignorable.ts';
import { problemKinds } from '../../src/plan/problem-kinds/index.ts';

function refusal(ids: readonly string[]): UpgradeError {
  try {
    ignorable(ids, HOPS);
  } catch (error) {
    assert.ok(error instanceof UpgradeError);
    return error;
  }
  return assert.fail(`${ids} may be ignored`);
}

test('what a person may know better may be ignored, each once', () => {
  const ids = ['config-rejected', 'rbac-config-invalid', 'config-rejected'];
  assert.deepEqual(ignorable(ids, HOPS), ['config-rejected', 'rbac-config-invalid']);
});

test('an id that nothing has is an error of usage, with the one that was probably meant', () => {
  const { message, hint, exit } = refusal(['config-rejected', 'config-rejectd']);
  assert.deepEqual([message, hint, exit], ['there is no finding "config-rejectd"', 'did you mean config-rejected?', 2]);
});

test('far from every id, all are listed', () => {
  const listed = /^known are: (.*)$/.exec(refusal(['x']).hint ?? '')?.[1]?.split(', ');
  assert.deepEqual(
    listed,
    problemKinds(HOPS)
      .map(({ id }) => id)
      .sort(),
  );
});

for (const id of [
  'refused-by-server',
  'contradiction',
  'immutable-selector',
  'immutable-field',
  'being-deleted',
  'mixed-target',
  'may-not-write',
  'may-not-list',
  'may-not-read',
  'workloads-unknown',
  'control-plane-version',
])
  test(`${id} cannot be ignored, and it is said why`, () => {
    const { message, hint, exit } = refusal([id]);
    assert.equal(message, `"${id}" cannot be ignored: ${kindNamed(id, HOPS).whyNotIgnored}`);
    assert.equal(hint, `all about it: kubectl istio-upgrade check --explain ${id}`);
    assert.equal(exit, 2);
  });
