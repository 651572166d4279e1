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

export interface ChartCopy {
  /** Whose chart: `istio` for the control plane, `istio-init` for the CustomResourceDefinitions. */
  readonly phase: keyof typeof CHARTS;
  /** Where the copy is put. */
  readonly copies: string;
  /** undefined for Helm's own. */
  readonly heritage: string | undefined;
}

const CHARTS = { 'control-plane': 'istio', crds: 'istio-init' } as const;

/**
 * Copies a chart of a release for `helm upgrade`: what today's Helm refuses is repaired, and the label `heritage` is the live one, which is in
 * selectors.
 * @param release an unpacked release
 * @throws UpgradeError (exit 2) when there is no such chart in it
 */
export async function upgradeChart(release: string, { phase, copies, heritage }: ChartCopy): Promise<UpgradeChart> {
  const name = CHARTS[phase];
  const chart = join(release, 'install', 'kubernetes', 'helm', name);
  const named = await chartIn(chart);
  const directory = join(copies, name);
  await copyChart(chart, directory);
  if (heritage !== undefined) await sayHeritage(directory, heritage);
  return { directory, ...named };
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
