import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldUp } from '../../src/plan/all-or-none.ts';

const CONFLICT = { owner: 'argocd', path: 'spec.targets', taken: false };

function outcome(name: string, together: readonly string[], ...conflicts: readonly (typeof CONFLICT)[]) {
  return { ref: { group: 'authentication.istio.io', kind: 'Policy', namespace: 'shop', name }, together, conflicts };
}

const named = (held: ReturnType<typeof heldUp>) => [...held.keys()].map(({ ref }) => ref.name);

test('nothing is held up where every field can be had', () => {
  assert.equal(heldUp([outcome('a', ['x']), outcome('b', ['x'])]).size, 0);
  assert.equal(heldUp([outcome('a', ['x'], { ...CONFLICT, taken: true }), outcome('b', ['x'])]).size, 0);
});

test('a field that somebody else holds on to holds its whole group up, and no other', () => {
  const held = heldUp([outcome('shared', ['x'], CONFLICT), outcome('own', ['x']), outcome('other', ['y'])]);
  assert.deepEqual(named(held), ['shared', 'own']);
  const [first, second] = [...held.values()];
  assert.match(first?.message ?? '', /shop\/shared is left as it is: half of what it needs belongs to "argocd"/);
  assert.match(second?.message ?? '', /shop\/own is left as it is: it goes together with Policy\S+\/shop\/shared/);
  assert.match(second?.hint ?? '', /--take Policy\.authentication\.istio\.io\/shop\/shared:spec\.targets/);
});

test('an object in two groups ties them to each other, however they come in', () => {
  const all = [outcome('far', ['z']), outcome('both', ['y', 'z']), outcome('shared', ['x', 'y'], CONFLICT)];
  assert.deepEqual(named(heldUp(all)).sort(), ['both', 'far', 'shared']);
  assert.deepEqual(named(heldUp([...all].reverse())).sort(), ['both', 'far', 'shared']);
});

test('a conflict of an object that goes alone holds nobody up', () => {
  assert.equal(heldUp([outcome('alone', [], CONFLICT), outcome('other', ['x'])]).size, 0);
});
