import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { type Json, stringAt, valueAt } from '../core/json.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';
import { copyChart } from './copy-chart.ts';

export interface UpgradeChart {
  readonly directory: string;
  readonly name: string;
  readonly version: string;
}

const CHARTS = { 'control-plane': 'istio', crds: 'istio-init' } as const;

/**
 * Copies the charts of a release for `helm upgrade`: what today's Helm refuses is repaired, and the label `heritage` is the live one, which is in
 * selectors.
 * @param release an unpacked release
 * @param copies where the copies are put
 * @param heritage undefined for Helm's own
 * @throws UpgradeError (exit 2) when a chart has no name or version
 */
export async function upgradeCharts(
  release: string,
  copies: string,
  heritage: string | undefined,
): Promise<Readonly<Record<keyof typeof CHARTS, UpgradeChart>>> {
  const copied = async (name: string): Promise<UpgradeChart> => {
    const directory = join(copies, name);
    await copyChart(join(release, 'install', 'kubernetes', 'helm', name), directory);
    if (heritage !== undefined) await sayHeritage(directory, heritage);
    return { directory, ...(await chartIn(directory)) };
  };
  return { 'control-plane': await copied(CHARTS['control-plane']), crds: await copied(CHARTS.crds) };
}

// The chart's own words for who renders it.
const SERVICE = /(?<![\w)])\$?\.Release\.Service\b/g;

async function sayHeritage(chart: string, heritage: string): Promise<void> {
  const entries = await readdir(chart, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile() && /\.(?:ya?ml|tpl)$/.test(one.name))) {
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, 'utf8');
    const said = text.replaceAll(SERVICE, JSON.stringify(heritage));
    if (said !== text) await writeFile(file, said);
  }
}

async function chartIn(directory: string): Promise<{ readonly name: string; readonly version: string }> {
  const file = join(directory, 'Chart.yaml');
  const text = await readFile(file, 'utf8').catch(() => '');
  const chart: Json = parse(text, { ...KUBECTL_YAML, logLevel: 'silent' });
  const [name, version] = ['name', 'version'].map((key) => stringAt(valueAt(chart, key)));
  if (name !== undefined && version !== undefined) return { name, version };
  throw new UpgradeError(`${file} names no chart and version`, { exit: EXIT.usage });
}
