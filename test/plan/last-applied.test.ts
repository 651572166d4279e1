import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAST_APPLIED, lastAppliedOf } from '../../src/core/last-applied.ts';
import { lastAppliedText, withLastApplied } from '../../src/plan/last-applied.ts';
import { object } from '../objects.ts';

test("kubectl's record is written as Go writes JSON: sorted keys, escaped angle brackets, a line break at the end", () => {
  const manifest = object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'a: <b> & "c"\n', Zone: '1' } });
  assert.equal(
    lastAppliedText(manifest),
    '{"apiVersion":"v1","data":{"Zone":"1","mesh":"a: \\u003cb\\u003e \\u0026 \\"c\\"\\n"},"kind":"ConfigMap",' +
      '"metadata":{"annotations":{},"name":"istio","namespace":"istio-system"}}\n',
  );
});

test('keys are sorted as the bytes of UTF-8, where surrogates come last', () => {
  const manifest = object('v1', 'ConfigMap', 'a/b', { data: { '\u{1f600}': '1', '\uff5e': '2', z: '3' } });
  assert.match(lastAppliedText(manifest), /"data":\{"z":"3","\uff5e":"2","\u{1f600}":"1"\}/u);
});

test('an older record inside the manifest is not recorded again', () => {
  const manifest = object('v1', 'ConfigMap', 'a/b', {
    metadata: { annotations: { [LAST_APPLIED]: '{}', kept: 'yes' } },
  });
  assert.match(lastAppliedText(manifest), /"annotations":\{"kept":"yes"\}/);
});

test('the record of what was applied is read back, and a broken one counts as none', () => {
  const manifest = object('v1', 'ConfigMap', 'a/b', { data: { x: '1' } });
  assert.deepEqual(lastAppliedOf(withLastApplied(manifest, manifest))?.data, { x: '1' });
  assert.equal(
    lastAppliedOf(object('v1', 'ConfigMap', 'a/b', { metadata: { annotations: { [LAST_APPLIED]: '{' } } })),
    undefined,
  );
});

test('an object whose record would not fit into its annotations goes without', () => {
  const manifest = object('v1', 'ConfigMap', 'a/b', { data: { x: 'y'.repeat(300_000) } });
  assert.equal(withLastApplied(manifest, manifest), manifest);
});
