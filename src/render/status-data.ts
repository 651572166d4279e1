import type { ControlPlanePart, ImageCount, Status, WorkloadStatus } from '../app/status.ts';
import type { JsonObject } from '../core/json.ts';
import { refText } from '../core/object.ts';
import { versionText } from '../core/version.ts';
import { escapeControls } from '../diff/escape.ts';
import { dataJson, dataYaml } from './data-text.ts';

/** A status as data for programs: versioned by `schema`; a version that cannot be told is null. */
export function statusData({ schema, cluster, mesh, problems }: Status): JsonObject {
  return {
    schema,
    cluster: { address: cluster.address, version: cluster.version },
    istioNamespace: mesh.istioNamespace,
    version: textOf(mesh.version),
    controlPlane: mesh.components.map(partData),
    gateways: mesh.gateways.map(partData),
    workloads: mesh.workloads.map(workloadData),
    problems: problems.map(({ id, severity, message, ref, hint }) => ({
      id,
      severity,
      message,
      object: ref === undefined ? undefined : refText(ref),
      hint,
    })),
  };
}

function partData({ ref, pods, ready, wanted, images }: ControlPlanePart): JsonObject {
  return { object: refText(ref), pods, ready, wanted, images: images.map(imageData) };
}

function workloadData(workload: WorkloadStatus): JsonObject {
  const { ref, pods, ready, sidecars, images, injection, isStale, upgrade } = workload;
  return {
    object: refText(ref),
    pods,
    ready,
    sidecars,
    images: images.map(imageData),
    injection: { ...injection },
    stale: isStale,
    upgrade: upgrade === undefined ? undefined : { way: upgrade.way, why: upgrade.why },
  };
}

function imageData({ image, version, pods }: ImageCount): JsonObject {
  return { image, version: textOf(version), pods };
}

function textOf(version: ImageCount['version']): string | null {
  return version === undefined ? null : versionText(version);
}

export function statusJson(status: Status): string {
  return dataJson(statusData(status));
}

export function statusYaml(status: Status): string {
  return dataYaml(statusData(status));
}

/** One workload a line. */
export function statusNames({ mesh }: Status): string {
  return mesh.workloads.map(({ ref }) => `${escapeControls(refText(ref))}\n`).join('');
}
