import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defectsOf, LAST_PATCH, PATCH_DEFECTS } from '../../../src/hops/1.1-to-1.2/checks/release/patch-defects.ts';

test('every patch but the last has a defect that a later one mended', () => {
  for (let patch = 0; patch < LAST_PATCH; patch += 1) assert.ok(defectsOf(patch).length > 0, `1.2.${patch}`);
  assert.deepEqual(defectsOf(LAST_PATCH), []);
  assert.deepEqual(defectsOf(LAST_PATCH + 1), []);
});

test('a defect is told once, of patches that there are, and with its source', () => {
  const texts = PATCH_DEFECTS.map(({ what }) => what);
  assert.deepEqual([...new Set(texts)], texts);
  for (const { patches, source } of PATCH_DEFECTS) {
    const [first, last] = patches;
    assert.ok(first >= 0 && first <= last && last < LAST_PATCH, source);
    assert.match(source, /^https:\/\/(istio\.io|github\.com\/istio\/istio)\//);
  }
});
