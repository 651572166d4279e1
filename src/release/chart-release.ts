import { basename } from 'node:path';
import type { Helm, LiveRelease, ManifestDocument, Release, RenderedRelease } from '../app/ports.ts';
import { counted } from '../core/counted.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { isK8sObject } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import type { TargetObject } from '../core/target.ts';
import { decodeHelmRecord, isHelmRecord, liveRecord } from './helm-record.ts';
import { withHeritage } from './heritage.ts';
import { readManifests } from './read-manifests.ts';
import type { ReleaseLayout } from './release-layout.ts';
import { renderChart } from './render-chart.ts';
import type { AtExit } from './scratch.ts';

export interface RenderOptions {
  readonly helm: Helm;
  /** `--values`, `--set` and `--set-string` as they were given. */
  readonly valueFlags: readonly string[];
  /** `--release-name`; undefined for the live one. */
  readonly releaseName: string | undefined;
  readonly reusesValues: boolean;
  /** Where temporary directories are made. */
  readonly temporary: string;
  readonly atExit: AtExit;
}

const DEFAULT_NAME = 'istio';
const CERT_MANAGER_FILE = /^crd-certmanager-/;

/**
 * A release whose target is its chart, rendered for the live mesh, with its CustomResourceDefinitions.
 * @param name what it is called in errors
 * @param close removes what it was unpacked into
 */
export function chartRelease(
  { name, layout, close }: { readonly name: string; readonly layout: ReleaseLayout; readonly close: Release['close'] },
  options: RenderOptions,
): Release {
  const { version, directory } = layout;
  const { reusesValues } = options;
  return { name, version, directory, reusesValues, render: (live) => render(layout, live, options), close };
}

async function render(layout: ReleaseLayout, live: LiveRelease, options: RenderOptions): Promise<RenderedRelease> {
  const releaseName = options.releaseName ?? live.name ?? DEFAULT_NAME;
  const values = installedValues(live, releaseName);
  const { documents, notes, charts } = await renderChart(layout.chart, live, { ...options, releaseName, values });
  const needsCertManager = live.hasCertManager || charts.has('certmanager');
  const files = layout.crds.filter((file) => needsCertManager || !CERT_MANAGER_FILE.test(basename(file)));
  const { objects, relabelled } = withLiveHeritage(documents, live.heritage);
  return {
    target: { objects: [...targetObjects(await readManifests(files, none())), ...objects] },
    problems: [...otherName(releaseName, live), ...notes, ...relabelled],
  };
}

/** @throws UpgradeError (exit 3) when Helm's record was asked for and there is none */
function installedValues({ records, istioNamespace }: LiveRelease, releaseName: string): JsonObject | undefined {
  if (records === undefined) return undefined;
  const all = records.filter(isHelmRecord).map(decodeHelmRecord);
  const record = liveRecord(all.filter(({ name }) => name === releaseName));
  if (record !== undefined) return record.config;
  throw new UpgradeError(
    `Helm has no record of a release ${releaseName} in ${istioNamespace}, whose values could be used`,
    {
      exit: EXIT.blocked,
      hint: 'leave --reuse-values out, and name the values that it was installed with: --values, --set',
    },
  );
}

function otherName(releaseName: string, { name }: LiveRelease): readonly Problem[] {
  if (name === undefined || name === releaseName) return [];
  return [
    {
      id: 'release-name',
      severity: 'warning',
      message: `the release is rendered as ${releaseName}, and the live objects say release: ${name}`,
      hint: `selectors have it in them: leave --release-name out, unless another name is meant`,
    },
  ];
}

function withLiveHeritage(
  documents: readonly ManifestDocument[],
  heritage: string | undefined,
): { readonly objects: readonly TargetObject[]; readonly relabelled: readonly Problem[] } {
  if (heritage === undefined) return { objects: targetObjects(documents), relabelled: [] };
  const relabelled = documents.map(({ object, source }) => ({ object: withHeritage(object, heritage), source }));
  const count = relabelled.filter(({ object }, at) => object !== documents[at]?.object).length;
  const message = `label heritage is ${heritage} in ${counted(count, 'rendered object')}, as in the live ones, for their selectors' sake`;
  return {
    objects: targetObjects(relabelled),
    relabelled: count === 0 ? [] : [{ id: 'heritage-kept', severity: 'note', message }],
  };
}

function targetObjects(documents: readonly ManifestDocument[]): readonly TargetObject[] {
  return documents.flatMap(({ object, source }) => (isK8sObject(object) ? [{ object, source }] : []));
}

async function* none(): AsyncGenerator<Uint8Array> {}
