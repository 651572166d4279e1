import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CheckReport, checkMesh } from '../../src/app/check-mesh.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { hop11to12 } from '../../src/hops/1.1-to-1.2/hop.ts';
import { HOPS } from '../../src/hops/index.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { reportText } from '../../src/render/check-text.ts';
import { PLAIN } from '../../src/render/style.ts';
import { but, clusterOf } from '../app/in-memory.ts';
import { istioData } from '../cluster/harness/binaries.ts';
import { targetOf } from '../hops/context.ts';
import { running } from '../running.ts';
import { defaultMesh, targetFiles } from './default-mesh.ts';
import { assertGolden } from './golden.ts';

const FILE = join(import.meta.dirname, 'clean-mesh.yaml');
const SIDECAR = 'docker.io/istio/proxyv2:1.1.17';

interface Checked {
  readonly live: readonly K8sObject[];
  readonly target?: readonly K8sObject[] | undefined;
  readonly kubernetes: string;
}

function check({ live, target, kubernetes }: Checked): Promise<CheckReport> {
  const cluster = but(clusterOf(...running(live, SIDECAR)), { version: async () => kubernetes });
  const request = { istioNamespace: 'istio-system', ignored: [], target: target && { objects: targetOf(target) } };
  return checkMesh(request, cluster, HOPS);
}

const idsIn = ({ problems }: CheckReport): readonly string[] => problems.map(({ id }) => id);

test('a clean mesh gives no findings at all', async () => {
  const live = readSnapshot(readFileSync(FILE, 'utf8'), FILE);
  const report = await check({ live, kubernetes: 'v1.14.10' });
  assert.deepEqual(
    report.checks,
    hop11to12.checks.map(({ id }) => id),
  );
  assert.deepEqual(report.problems, []);
});

test('with a target that changes nothing but the release, only what is true of every upgrade on such a server is told', async () => {
  const text = readFileSync(FILE, 'utf8');
  const live = readSnapshot(text, FILE);
  const target = readSnapshot(text.replaceAll(':1.1.17', ':1.2.10'), FILE).filter(isReleased);
  assert.deepEqual(idsIn(await check({ live, target, kubernetes: 'v1.14.10' })), [
    'no-server-side-apply',
    'injector-window',
  ]);
  const today = idsIn(await check({ live, target, kubernetes: 'v1.20.2' }));
  assert.deepEqual(today, ['kubernetes-version', 'injector-window', 'way-back']);
});

/** What the release brings of the mesh; its MeshPolicy comes from the post-install Job. */
function isReleased({ kind, metadata }: K8sObject): boolean {
  return JSON.stringify(metadata.labels ?? {}).includes('"release"') && kind !== 'MeshPolicy';
}

const NAME = 'the default mesh of Istio 1.1.17 gives true findings only';

if (istioData() === undefined) {
  test(NAME, { skip: 'no Istio releases: set ISTIO_DATA' }, () => {});
} else {
  for (const name of ['control-plane.yaml', 'control-plane-mtls.yaml'] as const)
    for (const target of [undefined, name])
      test(`${NAME}: ${name}${target === undefined ? '' : ', on the way to 1.2.0'}`, async () => {
        const report = await check({
          live: defaultMesh(name),
          target: target && (await targetFiles(target)),
          kubernetes: 'v1.20.2',
        });
        const golden = `check-${name.replace('.yaml', '')}${target === undefined ? '' : '-to-1.2.0'}`;
        assertGolden(golden, reportText(report, PLAIN));
      });
}
