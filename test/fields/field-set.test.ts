import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../src/core/json.ts';
import {
  covers,
  difference,
  EMPTY,
  type FieldSet,
  intersection,
  isEmpty,
  pathsOf,
  remainder,
  setOfPaths,
  union,
} from '../../src/fields/field-set.ts';
import { anyPath, anySet } from './sets.ts';

function members(set: FieldSet): Set<string> {
  return new Set(pathsOf(set).map((path) => canonicalJson(path)));
}

const holds = (property: (a: FieldSet, b: FieldSet) => void) => fc.assert(fc.property(anySet, anySet, property));

test('a set has exactly the paths that it was made of', () => {
  fc.assert(
    fc.property(fc.array(anyPath), (paths) => {
      assert.deepEqual(members(setOfPaths(paths)), new Set(paths.map((path) => canonicalJson(path))));
    }),
  );
});

test('sets are written as the API server writes them', () => {
  const written = setOfPaths([
    ['f:metadata', 'f:labels'],
    ['f:metadata', 'f:labels', 'f:app'],
    ['f:spec', 'f:replicas'],
  ]);
  assert.deepEqual(written, { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } }, 'f:spec': { 'f:replicas': {} } });
});

test('union, intersection and difference are those of the sets of members', () => {
  holds((a, b) => {
    const [inA, inB] = [members(a), members(b)];
    assert.deepEqual(members(union(a, b)), new Set([...inA, ...inB]));
    assert.deepEqual(members(intersection(a, b)), new Set([...inA].filter((path) => inB.has(path))));
    assert.deepEqual(members(difference(a, b)), new Set([...inA].filter((path) => !inB.has(path))));
  });
});

test('no operation leaves a node behind that is not in the set', () => {
  holds((a, b) => {
    for (const set of [union(a, b), intersection(a, b), difference(a, b), remainder(a, b)]) {
      assert.deepEqual(setOfPaths(pathsOf(set)), set);
    }
    assert.ok(isEmpty(difference(a, a)));
    assert.ok(isEmpty(remainder(a, a)));
  });
});

test('a parent does not stand for its children', () => {
  const [parent, child]: readonly FieldSet[] = [{ 'f:spec': {} }, { 'f:spec': { 'f:a': {} } }];
  assert.deepEqual(difference(parent ?? EMPTY, child ?? EMPTY), parent);
  assert.deepEqual(difference(child ?? EMPTY, parent ?? EMPTY), child);
});

test('what remains beside held fields contains none of them and nothing that they are inside of', () => {
  const item = { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } };
  const held = { 'f:containers': { 'k:{"name":"c"}': { 'f:image': {} } } };
  assert.deepEqual(remainder({ 'f:containers': item }, held), {
    'f:containers': { 'k:{"name":"c"}': { 'f:name': {} } },
  });
  assert.deepEqual(remainder({ 'f:containers': item }, EMPTY), { 'f:containers': item });
});

test('an atomic member covers what is inside of it, a map that has members of its own does not', () => {
  const set = { 'f:spec': { 'f:selector': {}, 'f:template': { '.': {}, 'f:a': {} } } };
  assert.ok(covers(set, ['f:spec', 'f:selector', 'f:matchLabels', 'f:app']));
  assert.ok(covers(set, ['f:spec', 'f:template']));
  assert.ok(!covers(set, ['f:spec', 'f:template', 'f:b']));
  assert.ok(!covers(set, ['f:spec']));
  assert.ok(!covers(EMPTY, ['f:spec']));
  assert.ok(!covers(set, []));
});

test('every member of a set is covered by it', () => {
  fc.assert(fc.property(anySet, (set) => pathsOf(set).every((path) => covers(set, path))));
});
