import type { ControlPlanePart, ImageCount, Injection, Status, WorkloadStatus } from '../app/status.ts';
import { counted } from '../core/counted.ts';
import { kindText, refText } from '../core/object.ts';
import { versionText } from '../core/version.ts';
import type { Cell } from './columns.ts';

/** Workloads with a sidecar, and those without one though their namespace is injected. */
export function isInMesh({ injection, sidecars }: WorkloadStatus): boolean {
  return sidecars > 0 || (injection.how !== 'outside' && injection.how !== 'unknown');
}

export function partRow(part: ControlPlanePart): readonly (string | Cell)[] {
  const { ref, images } = part;
  return [refText(ref), versionsText(images), readyCell(part), images.map(({ image }) => image).join(', ')];
}

function readyCell({ ready, pods, wanted = pods }: ControlPlanePart): Cell {
  return { text: `${ready}/${wanted}`, style: ready < wanted ? 'warning' : undefined };
}

/** One version, or several with their number of pods; an image that does not tell is `unknown`. */
function versionsText(images: readonly ImageCount[]): string {
  const counts = new Map<string, number>();
  for (const { version, pods } of images) {
    const text = version === undefined ? 'unknown' : versionText(version);
    counts.set(text, (counts.get(text) ?? 0) + pods);
  }
  if (counts.size === 0) return '-';
  if (counts.size === 1) return [...counts.keys()].join('');
  return [...counts].map(([text, pods]) => `${text} (${pods})`).join(', ');
}

export function workloadHead(workloads: readonly WorkloadStatus[], isWide: boolean): readonly string[] {
  return [
    ...['NAMESPACE', 'WORKLOAD', 'PODS', ...(isWide ? ['READY'] : [])],
    ...['SIDECARS', 'VERSION', 'INJECTED', 'UPGRADE'],
    ...(isWide || workloads.some(isUnknown) ? ['IMAGES'] : []),
  ];
}

export function workloadRow(workload: WorkloadStatus, isWide: boolean): (string | Cell)[] {
  const { ref, pods, ready, sidecars, images } = workload;
  return [
    ref.namespace,
    `${kindText(ref)}/${ref.name}`,
    `${pods}`,
    ...(isWide ? [`${ready}`] : []),
    `${sidecars}`,
    { text: versionsText(images), style: workload.isStale ? 'warning' : undefined },
    injectedCell(workload.injection),
    upgradeCell(workload),
    shownImages(images, isWide),
  ];
}

function isUnknown({ images }: Pick<WorkloadStatus, 'images'>): boolean {
  return images.some(({ version }) => version === undefined);
}

/** Those that do not tell their version are always shown. */
function shownImages(images: readonly ImageCount[], isWide: boolean): string {
  const shown = images.filter(({ version }) => isWide || version === undefined);
  return shown.map(({ image }) => image).join(', ');
}

const INJECTED = {
  webhook: 'webhook',
  manual: 'by hand',
  both: 'webhook, over one by hand',
  missing: 'no, new pods would be',
  unknown: 'unknown',
} as const;

function injectedCell(injection: Injection): Cell {
  if (injection.how === 'excluded' || injection.how === 'outside')
    return { text: `no: ${injection.why}`, style: 'dim' };
  return { text: INJECTED[injection.how], style: injection.how === 'missing' ? 'warning' : undefined };
}

function upgradeCell({ upgrade }: WorkloadStatus): Cell {
  if (upgrade === undefined) return { text: '-' };
  const { way, why } = upgrade;
  const text = why === undefined ? way.replace('-to-', ' to ').replace('-run', ' run') : `${way}: ${why}`;
  return { text, style: way === 'nothing' ? 'error' : undefined };
}

/** One sentence: how many of what. */
export function statusSummary({ workloads }: Status['mesh']): string {
  const how = (wanted: Injection['how']) => workloads.filter(({ injection }) => injection.how === wanted).length;
  const inMesh = workloads.filter(isInMesh).length;
  const unread = workloads.filter(({ injection, sidecars }) => injection.how === 'unknown' && sidecars === 0).length;
  const sidecars = workloads.reduce((total, workload) => total + workload.sidecars, 0);
  return [
    `${counted(inMesh, 'workload')} in the mesh, ${counted(sidecars, 'sidecar')}`,
    staleSummary(workloads.filter(({ isStale }) => isStale)),
    ...(how('missing') === 0 ? [] : [`${how('missing')} without a sidecar that new pods would get`]),
    ...(how('excluded') === 0 ? [] : [`${how('excluded')} excluded`]),
    ...(unread === 0 ? [] : [`${unread} in namespaces that could not be read (-o wide shows them)`]),
    ...(how('outside') === 0 ? [] : [`${how('outside')} outside the mesh (-o wide shows them)`]),
  ].join('; ');
}

function staleSummary(stale: readonly WorkloadStatus[]): string {
  const counts = new Map<string, number>();
  for (const { upgrade } of stale) {
    const way = (upgrade?.way ?? 'unknown').replace('-run', ' run');
    counts.set(way, (counts.get(way) ?? 0) + 1);
  }
  const ways = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([way, count]) => `${way} ${count}`);
  return `${stale.length} stale${ways.length === 0 ? '' : ` (${ways.join(', ')})`}`;
}
