import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readManifests } from '../../src/release/read-manifests.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const data = process.env.ISTIO_DATA ?? join(root, '..', 'shared', 'data');
const skip = existsSync(join(data, 'istio-1.1.17')) ? false : `SKIPPED: no Istio releases at ${data} (set ISTIO_DATA)`;

async function* noInput() {}

async function countKinds(path: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { object } of await readManifests([join(data, path)], noInput())) {
    const kind = String(object.kind);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe("Istio's own manifests", { skip }, () => {
  for (const file of ['control-plane.yaml', 'control-plane-mtls.yaml']) {
    it(`reads every object of 1.1.17's ${file}`, async () => {
      const counts = await countKinds(`istio-1.1.17/${file}`);
      assert.equal(counts.Deployment, 8);
      assert.equal(counts.ServiceAccount, 10);
      assert.equal(counts.metric, 8);
      assert.equal(counts.instance, undefined);
    });

    it(`reads every object of 1.2.0's ${file}`, async () => {
      const counts = await countKinds(`istio-1.2.0/${file}`);
      assert.equal(counts.Deployment, 8);
      assert.equal(counts.PodDisruptionBudget, 6);
      assert.equal(counts.metric, undefined);
      assert.equal(counts.instance, 9);
    });
  }

  it('reads every CustomResourceDefinition', async () => {
    assert.deepEqual(await countKinds('istio-1.1.17/crds'), { CustomResourceDefinition: 58 });
    assert.deepEqual(await countKinds('istio-1.2.0/crds'), { CustomResourceDefinition: 29 });
  });
});
