import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { upgradeCharts } from '../../src/release/upgrade-charts.ts';

const TEMPLATE =
  'heritage: {{ .Release.Service }}\nroot: {{ $.Release.Service | quote }}\nother: {{ .Values.Release.Service }}\n';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-charts-'));
  for (const name of ['istio', 'istio-init']) {
    const chart = join(folder, 'install/kubernetes/helm', name);
    mkdirSync(join(chart, 'templates'), { recursive: true });
    writeFileSync(join(chart, 'Chart.yaml'), `name: ${name}\nversion: 1.2.10\n`);
    writeFileSync(join(chart, 'templates/a.yaml'), TEMPLATE);
  }
});
after(() => rmSync(folder, { recursive: true }));

test('both charts are copied, with their names and versions', async () => {
  const charts = await upgradeCharts(folder, join(folder, 'copies'), undefined);
  assert.deepEqual(
    Object.values(charts).map(({ name, version }) => `${name} ${version}`),
    ['istio 1.2.10', 'istio-init 1.2.10'],
  );
  assert.equal(readFileSync(join(charts.crds.directory, 'templates/a.yaml'), 'utf8'), TEMPLATE);
});

test('the heritage of what is live is said wherever the chart asks who renders it, and only there', async () => {
  const charts = await upgradeCharts(folder, join(folder, 'old'), 'Tiller');
  assert.equal(
    readFileSync(join(charts['control-plane'].directory, 'templates/a.yaml'), 'utf8'),
    'heritage: {{ "Tiller" }}\nroot: {{ "Tiller" | quote }}\nother: {{ .Values.Release.Service }}\n',
  );
});

test('a chart without a version is refused', async () => {
  writeFileSync(join(folder, 'install/kubernetes/helm/istio/Chart.yaml'), 'name: istio\n');
  await assert.rejects(
    upgradeCharts(folder, join(folder, 'none'), undefined),
    /Chart\.yaml names no chart and version/,
  );
});
