import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { versionText } from '../../src/core/version.ts';
import { releaseAt } from '../../src/release/release-layout.ts';
import { FIXTURES } from './archives.ts';

const HELM = 'install/kubernetes/helm';
let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'release-layout-test-'));
});
after(() => rm(directory, { recursive: true, force: true }));

async function copyWithout(...missing: readonly string[]): Promise<string> {
  const copy = await mkdtemp(join(directory, 'release-'));
  await cp(join(FIXTURES, 'istio-1.2.10'), copy, { recursive: true });
  for (const path of missing) await rm(join(copy, path), { recursive: true });
  return copy;
}

async function refuses(path: string, why: string): Promise<void> {
  await assert.rejects(releaseAt(path, 'DIR'), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.equal(error.message, `DIR is no release of Istio: ${why}`);
    assert.match(error.hint ?? '', /the directory istio-X\.Y\.Z, its archive, or a version/);
    assert.equal(error.exit, 2);
    return true;
  });
}

it('a release is told by its charts, its resources and its istioctl', async () => {
  const path = await copyWithout();
  const { directory: found, version, chart, crds } = await releaseAt(path, 'DIR');
  assert.deepEqual([found, versionText(version), chart], [path, '1.2.10', join(path, HELM, 'istio')]);
  assert.deepEqual(
    crds.map((file) => file.replace(/.*\//, '')),
    ['crd-10.yaml', 'crd-11.yaml', 'crd-certmanager-10.yaml'],
  );
});

it('what lacks any of them is none, and is told all that it lacks', async () => {
  await refuses(await copyWithout(`${HELM}/istio-init/files`), `it has no ${HELM}/istio-init/files/crd-*.yaml`);
  await refuses(await copyWithout(`${HELM}/istio`), `it has no ${HELM}/istio/Chart.yaml`);
  await refuses(
    await copyWithout('bin', `${HELM}/istio/Chart.yaml`),
    `it has no ${HELM}/istio/Chart.yaml, bin/istioctl`,
  );
});

it("a chart whose images name no release's version is none", async () => {
  const path = await copyWithout();
  const why = `global.tag in ${HELM}/istio/values.yaml names no version`;
  for (const text of [
    'global: {tag: master-latest-daily}\n',
    'global: {}\n',
    '',
    '{{ broken',
    'global: {tag: release-1.2-latest}\n',
  ]) {
    await writeFile(join(path, HELM, 'istio/values.yaml'), text);
    await refuses(path, why);
  }
});
