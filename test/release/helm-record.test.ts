import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import {
  decodeHelmRecord,
  HELM_RECORD_TYPE,
  type HelmRecord,
  isHelmRecord,
  liveRecord,
  withRelease,
} from '../../src/release/helm-record.ts';

const RELEASE: JsonObject = {
  name: 'istio',
  namespace: 'istio-system',
  version: 3,
  info: { status: 'deployed', description: 'Upgrade complete', first_deployed: '2019-04-01T00:00:00Z' },
  chart: {
    metadata: { name: 'istio', version: '1.1.0', appVersion: '1.1.17' },
    values: { global: { mtls: { enabled: false } } },
  },
  config: { global: { mtls: { enabled: true }, note: 'naïve ✓' } },
  manifest: '---\n# Source: istio/templates/x.yaml\nkind: A\n',
  hooks: [],
};

function secret(release: string, extra: JsonObject = {}): K8sObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'sh.helm.release.v1.istio.v3',
      namespace: 'istio-system',
      labels: { owner: 'helm', name: 'istio' },
    },
    type: HELM_RECORD_TYPE,
    data: { release },
    ...extra,
  };
}

function base64(bytes: Buffer | string): string {
  return Buffer.from(bytes).toString('base64');
}

const PACKED = secret(base64(base64(gzipSync(JSON.stringify(RELEASE)))));

describe("a record of Helm's", () => {
  it('is read through base64, base64 and gzip', () => {
    assert.deepEqual(decodeHelmRecord(PACKED), {
      name: 'istio',
      namespace: 'istio-system',
      revision: 3,
      status: 'deployed',
      description: 'Upgrade complete',
      chart: { name: 'istio', version: '1.1.0', appVersion: '1.1.17' },
      config: { global: { mtls: { enabled: true }, note: 'naïve ✓' } },
      manifest: '---\n# Source: istio/templates/x.yaml\nkind: A\n',
      release: RELEASE,
    });
  });

  it('may be without compression, and without what nobody gave', () => {
    const bare = decodeHelmRecord(secret(base64(base64(JSON.stringify({ name: 'istio', version: 1, config: null })))));
    assert.deepEqual([bare.name, bare.revision, bare.config, bare.manifest], ['istio', 1, {}, '']);
  });

  it('is written as it was read', () => {
    const next = { ...RELEASE, manifest: 'kind: B\n' };
    const written = withRelease({ ...PACKED, data: { release: 'x', other: 'eQ==' } }, next);
    assert.deepEqual(decodeHelmRecord(written).release, next);
    assert.deepEqual({ ...written, data: {} }, { ...PACKED, data: {} });
    assert.deepEqual(Object.keys(Object(written.data)), ['release', 'other']);
  });

  it('is an error that names the Secret when it holds something else', () => {
    const wrong = ['', 'not base64!', base64('{}'), base64(base64('[1]')), base64(base64(gzipSync('{')))];
    for (const release of [...wrong, base64(base64(gzipSync(JSON.stringify(RELEASE)).subarray(0, 40)))])
      assert.throws(
        () => decodeHelmRecord(secret(release)),
        /^UpgradeError: Secret\/istio-system\/sh\.helm\.release\.v1\.istio\.v3: data\.release is no record of Helm's$/,
        release,
      );
  });

  it('is told by its type and its owner', () => {
    assert.equal(isHelmRecord(PACKED), true);
    assert.equal(isHelmRecord({ ...PACKED, type: 'Opaque' }), false);
    assert.equal(isHelmRecord({ ...PACKED, metadata: { name: 'x', labels: { OWNER: 'TILLER' } } }), false);
  });
});

describe('the live revision', () => {
  const record = (revision: number, status: string): HelmRecord => ({ ...decodeHelmRecord(PACKED), revision, status });

  it('is the newest that is deployed, after a failed upgrade too', () => {
    const records = [record(2, 'deployed'), record(9, 'superseded'), record(10, 'deployed'), record(11, 'failed')];
    assert.equal(liveRecord(records)?.revision, 10);
  });

  it('is the newest where none is deployed, and none of none', () => {
    assert.equal(liveRecord([record(9, 'failed'), record(10, 'failed')])?.revision, 10);
    assert.equal(liveRecord([]), undefined);
  });
});
