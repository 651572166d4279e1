import type { HelmChart, HelmPreview, HelmReleases, HelmRevision, PreviewOptions } from '../app/ports.ts';
import { awaitedLater } from '../core/awaited-later.ts';
import { UpgradeError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { annotationsOf, labelsOf } from '../core/object.ts';
import type { HelmOperation } from '../core/plan.ts';
import type { TargetObject } from '../core/target.ts';
import type { Helm } from './helm.ts';
import { removeValues, writeValues } from './helm-values.ts';
import { lineQueue } from './line-queue.ts';

type InstalledPhase = HelmOperation['phase'];

/** Where the charts of a release are, and what they are called. */
export interface ChartPlace extends HelmChart {
  readonly directory: string;
}

export interface HelmReleasesOptions {
  /** Makes a chart ready, for a live release of that label `heritage`. */
  readonly prepareChart: (phase: InstalledPhase, heritage: string | undefined) => Promise<ChartPlace>;
  /** The user's own flags: `--values`, `--set`, `--set-string`. */
  readonly values: readonly string[];
  /** Flags that lead Helm to the same cluster as the same user. */
  readonly connection: readonly string[];
  /** Reads the objects of a manifest. */
  readonly objectsOf: (manifest: string, name: string) => readonly TargetObject[];
}

/** Helm's own `upgrade` and `rollback` as planning and applying use them. */
export function helmReleases(helm: Helm, options: HelmReleasesOptions): HelmReleases {
  const prepared = new Map<InstalledPhase, Promise<ChartPlace>>();
  const prepare = (phase: InstalledPhase, heritage?: string): Promise<ChartPlace> => {
    const chart = prepared.get(phase) ?? options.prepareChart(phase, heritage);
    prepared.set(phase, chart);
    return chart;
  };
  return {
    preview: async (phase, live, how) => {
      const chart = await prepare(phase, heritageOf(live));
      return preview(helm, { phase, live, how, options: { ...options, chart } });
    },
    run: async function* (operation) {
      if (operation.does.run === 'rollback') yield* rollback(helm, operation, options);
      else yield* upgrade(helm, operation, { ...options, chart: await prepare(operation.phase) });
    },
  };
}

type Prepared = HelmReleasesOptions & { readonly chart: ChartPlace };

/** Who rendered what is live, where it was not Helm 3: Tiller, before the release was handed to it. */
function heritageOf({ objects }: HelmRevision): string | undefined {
  const labels = objects.flatMap(({ object }) => labelsOf(object).heritage ?? []);
  return labels.find((heritage) => heritage !== 'Helm');
}

interface Upgrade {
  readonly release: string;
  readonly namespace: string;
  readonly phase: InstalledPhase;
  readonly file: string;
}

/** The old release's values below the user's flags, on the defaults of the new chart. */
function chartArguments({ release, namespace, phase, file }: Upgrade, options: Prepared): readonly string[] {
  const { chart, values } = options;
  const own = phase === 'control-plane' ? values : [];
  return [release, chart.directory, '--namespace', namespace, '--values', file, ...own];
}

/**
 * Helm's own `--reuse-values` would keep the old chart's defaults too, image tags among them. The objects were tried on the server before,
 * which says more than Helm's own validation.
 */
function upgradeArguments(upgrade: Upgrade, options: Prepared): readonly string[] {
  const flags = ['--reset-values', '--no-hooks', '--disable-openapi-validation'];
  return ['upgrade', ...chartArguments(upgrade, options), ...flags, ...options.connection];
}

interface Previewing {
  readonly phase: InstalledPhase;
  readonly live: HelmRevision;
  readonly how: PreviewOptions;
  readonly options: Prepared;
}

async function preview(helm: Helm, { phase, live, how, options }: Previewing): Promise<HelmPreview> {
  const { release, namespace, values } = live;
  const file = await writeValues(values);
  try {
    const upgrade = { release, namespace, phase, file };
    const said = how.isBuildable ? await dryRun(helm, upgrade, options) : undefined;
    return said ?? (await rendered(helm, upgrade, { options, kubernetes: how.kubernetes }));
  } finally {
    await removeValues(file);
  }
}

// What the plan mends before Helm runs, or blocks with more words: CustomResourceDefinitions that are not in yet, versions in which Helm takes its own
// objects for somebody else's.
const MENDED = /no matches for kind|invalid ownership metadata/;

/** undefined where Helm fails at what will be otherwise once it runs. */
async function dryRun(helm: Helm, upgrade: Upgrade, options: Prepared): Promise<HelmPreview | undefined> {
  const { major, minor } = helm.version;
  // Before 3.13 a dry-run always asked the server.
  const flag = major > 3 || minor >= 13 ? '--dry-run=server' : '--dry-run';
  const { release } = upgrade;
  const { code, stdout, stderr } = await helm.run([...upgradeArguments(upgrade, options), flag, '--output', 'json']);
  if (code !== 0 && MENDED.test(stderr)) return undefined;
  if (code !== 0) throw refused(`helm upgrade ${release} --dry-run`, stderr);
  const answer = parsed(stdout, release);
  const hooks = listAt(answer.hooks).map((hook) => stringAt(valueAt(hook, 'manifest')) ?? '');
  return {
    chart: options.chart,
    objects: options.objectsOf(stringAt(answer.manifest) ?? '', `helm upgrade ${release} --dry-run`),
    hooks: hooks.flatMap((manifest) => options.objectsOf(manifest, `a hook of ${release}`)),
  };
}

interface Rendering {
  readonly options: Prepared;
  readonly kubernetes: string;
}

async function rendered(helm: Helm, upgrade: Upgrade, { options, kubernetes }: Rendering): Promise<HelmPreview> {
  const args = ['template', ...chartArguments(upgrade, options), '--is-upgrade', '--kube-version', kubernetes];
  const { code, stdout, stderr } = await helm.run(args);
  if (code !== 0) throw refused(`helm template ${upgrade.release}`, stderr);
  const objects = options.objectsOf(stdout, `helm template ${upgrade.release}`);
  const isHook = ({ object }: TargetObject) => annotationsOf(object)['helm.sh/hook'] !== undefined;
  const { chart } = options;
  return { chart, objects: objects.filter((one) => !isHook(one)), hooks: objects.filter(isHook) };
}

function parsed(stdout: string, release: string): JsonObject {
  try {
    const value: Json = JSON.parse(stdout);
    if (isObject(value)) return value;
  } catch (cause) {
    throw new UpgradeError(`helm upgrade ${release} --dry-run: its answer is no JSON`, { cause });
  }
  throw new UpgradeError(`helm upgrade ${release} --dry-run: its answer is no release`);
}

async function* rollback(
  helm: Helm,
  operation: HelmOperation,
  { connection }: HelmReleasesOptions,
): AsyncGenerator<string> {
  const { release, namespace, does } = operation;
  const to = does.run === 'rollback' ? [String(does.to)] : [];
  yield* lines(helm, ['rollback', release, ...to, '--namespace', namespace, '--no-hooks', ...connection], operation);
}

async function* upgrade(helm: Helm, operation: HelmOperation, options: Prepared): AsyncGenerator<string> {
  const { release, namespace, phase, values, description } = operation;
  const file = await writeValues(values);
  try {
    const args = upgradeArguments({ release, namespace, phase, file }, options);
    yield* lines(helm, [...args, '--description', description], operation);
  } finally {
    await removeValues(file);
  }
}

async function* lines(helm: Helm, args: readonly string[], { does, release }: HelmOperation): AsyncGenerator<string> {
  const queue = lineQueue();
  const run = helm.run(args, { onLine: (line) => queue.add(line), isDetached: true });
  const ended = awaitedLater(run.finally(() => queue.end()));
  yield* queue.lines();
  const { code, stderr } = await ended;
  if (code !== 0) throw refused(`helm ${does.run} ${release}`, stderr);
}

function refused(what: string, stderr: string): UpgradeError {
  const said = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('WARNING:'));
  return new UpgradeError(`${what}: ${said.join('; ').replace(/^Error: /, '') || 'failed without a word'}`, {
    hint: 'mend what it names and run the same command again: Helm goes on from the revision that was deployed last',
  });
}
