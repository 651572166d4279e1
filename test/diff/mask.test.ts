import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { maskSecrets } from '../../src/diff/mask.ts';

const secret = (rest: Record<string, Json>): K8sObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'cacerts' },
  ...rest,
});

describe('masking Secrets', () => {
  it('hides every value and tells which ones differ', () => {
    const before = secret({ type: 'Opaque', data: { same: 'c2FtZQ==', old: 'b2xk', changed: 'YQ==' } });
    const after = secret({ type: 'Opaque', data: { same: 'c2FtZQ==', new: 'bmV3', changed: 'Yg==' } });
    assert.deepEqual(maskSecrets(before, after), {
      before: secret({ type: 'Opaque', data: { same: '***', old: '***', changed: '*** (before)' } }),
      after: secret({ type: 'Opaque', data: { same: '***', new: '***', changed: '*** (after)' } }),
    });
  });

  it('hides stringData, values that are no mapping, and the copy that kubectl apply keeps', () => {
    const name = 'kubectl.kubernetes.io/last-applied-configuration';
    const metadata = (copy: string) => ({ name: 'cacerts', annotations: { [name]: copy, mine: 'yes' } });
    const before = secret({ stringData: { a: 'hidden' }, data: 'hidden', metadata: metadata('hidden 1') });
    const after = secret({ stringData: { a: 'hidden too' }, data: 'hidden', metadata: metadata('hidden 2') });
    const masked = maskSecrets(before, after);
    assert.ok(!JSON.stringify(masked).includes('hidden'));
    assert.deepEqual(masked.after?.stringData, { a: '*** (after)' });
    assert.deepEqual(masked.before?.metadata.annotations, { [name]: '*** (before)', mine: 'yes' });
  });

  it('hides a Secret that is created or deleted', () => {
    const one = secret({ data: { a: 'YQ==' } });
    const hidden = secret({ data: { a: '***' } });
    assert.deepEqual(maskSecrets(undefined, one), { before: undefined, after: hidden });
    assert.deepEqual(maskSecrets(one, undefined), { before: hidden, after: undefined });
  });

  it('leaves other kinds alone', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'b' } };
    assert.deepEqual(maskSecrets(map, map), { before: map, after: map });
  });
});
