import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { upgradeChart } from '../../src/release/upgrade-chart.ts';

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

const chartOf = (phase: 'control-plane' | 'crds', copies: string, heritage?: string) =>
  upgradeChart(folder, { phase, copies: join(folder, copies), heritage });

test('a chart is copied, with its name and version', async () => {
  const { directory, ...named } = await chartOf('crds', 'copies');
  assert.deepEqual(named, { name: 'istio-init', version: '1.2.10' });
  assert.equal(readFileSync(join(directory, 'templates/a.yaml'), 'utf8'), TEMPLATE);
});

test('the heritage of what is live is said wherever the chart asks who renders it, and only there', async () => {
  const { directory } = await chartOf('control-plane', 'old', 'Tiller');
  assert.equal(
    readFileSync(join(directory, 'templates/a.yaml'), 'utf8'),
    'heritage: {{ "Tiller" }}\nroot: {{ "Tiller" | quote }}\nother: {{ .Values.Release.Service }}\n',
  );
});

test('a release without the chart is refused', async () => {
  rmSync(join(folder, 'install/kubernetes/helm/istio'), { recursive: true });
  await assert.rejects(chartOf('control-plane', 'none'), /istio[\\/]Chart\.yaml names no chart and version/);
});
