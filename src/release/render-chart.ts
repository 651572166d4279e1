import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Helm, LiveRelease, ManifestDocument, ProgramOutput } from '../app/ports.ts';
import { EXIT, UpgradeError, UpgradeErrors } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import { copyChart } from './copy-chart.ts';
import { parseManifests } from './parse-manifests.ts';
import { type AtExit, makeScratch } from './scratch.ts';

export interface ChartOptions {
  readonly helm: Helm;
  /** `--values`, `--set` and `--set-string` as they were given. */
  readonly valueFlags: readonly string[];
  /** Values that come before those; undefined for none. */
  readonly values: JsonObject | undefined;
  /** What the release is called. */
  readonly releaseName: string;
  /** Where temporary directories are made. */
  readonly temporary: string;
  readonly atExit: AtExit;
}

export interface RenderedChart {
  readonly documents: readonly ManifestDocument[];
  readonly notes: readonly Problem[];
  /** The chart's parts that have something in it: `istio`, `pilot`, `certmanager` … */
  readonly charts: ReadonlySet<string>;
}

// Helm writes this before each document.
const SOURCE = /^---\n# Source: (.+)\n/m;
const NOISE = /^(?:Error: )|^Use --debug flag to render out invalid YAML$/;

/**
 * Renders a chart with the user's Helm, from a copy in which what today's Helm refuses is repaired.
 * @throws UpgradeError with what Helm said when it fails; UpgradeErrors when what it rendered are no objects
 */
export async function renderChart(
  chart: string,
  { istioNamespace, kubernetes }: Pick<LiveRelease, 'istioNamespace' | 'kubernetes'>,
  { helm, valueFlags, values, releaseName, temporary, atExit }: ChartOptions,
): Promise<RenderedChart> {
  const scratch = await makeScratch(temporary, 'istio-upgrade-chart-', atExit);
  try {
    const copy = join(scratch.path, 'istio');
    const repairs = await copyChart(chart, copy);
    const reused = join(scratch.path, 'installed-values.json');
    if (values !== undefined) await writeFile(reused, JSON.stringify(values), { mode: 0o600 });
    const output = await helm.run([
      ...['template', releaseName, copy, '--namespace', istioNamespace, '--kube-version', kubernetes],
      ...(values === undefined ? [] : ['--values', reused]),
      ...valueFlags,
    ]);
    if (output.code !== 0) throw failed(chart, output);
    return { ...parsed(output.stdout), notes: [...repairs, ...said(output)] };
  } finally {
    await scratch.remove();
  }
}

function parsed(text: string): Pick<RenderedChart, 'documents' | 'charts'> {
  // What comes before the first is nothing.
  const [, ...parts] = text.split(SOURCE);
  const sources = parts.filter((_, at) => at % 2 === 0);
  const manifests = sources.map((source, at) => parseManifests(parts[2 * at + 1] ?? '', source));
  const problems = manifests.flatMap((one) => one.problems);
  if (problems.length > 0) throw new UpgradeErrors(problems);
  return { documents: manifests.flatMap(({ documents }) => documents), charts: new Set(sources.map(chartOf)) };
}

/** `istio/charts/pilot/templates/deployment.yaml` → `pilot` */
function chartOf(source: string): string {
  const [chart = ''] = source.split('/templates/');
  return chart.slice(chart.lastIndexOf('/') + 1);
}

/** Each line once: Helm says some for every part of a chart. */
function linesOf({ stderr }: ProgramOutput): readonly string[] {
  const lines = stderr.split('\n').map((line) => line.replace(NOISE, '').trim());
  return [...new Set(lines)].filter((line) => line !== '');
}

function failed(chart: string, output: ProgramOutput): UpgradeError {
  const why = linesOf(output).join('; ');
  return new UpgradeError(`helm template of chart ${chart} failed: ${why || 'without a word'}`, {
    exit: EXIT.usage,
    hint: 'look at --values and --set; or render the release by other means and hand the manifests over with -f',
  });
}

/** Values that do not fit the chart are warnings of Helm's. */
function said(output: ProgramOutput): readonly Problem[] {
  return linesOf(output).map((line) => ({ id: 'helm-says', severity: 'note', message: `helm: ${line}` }));
}
