import { stringAt, valueAt, withValue } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';

/**
 * The annotation of a pod template that restarts a workload: a changed template is rolled out, and the injector gives the new pods its own
 * sidecar. Its value is the release that the sidecars shall be of, not a time: planning it twice changes nothing.
 */
export const RESTART_MARK = 'istio-upgrade/sidecar';

const PATH = ['spec', 'template', 'metadata', 'annotations', RESTART_MARK] as const;

export function restartMarkOf(workload: K8sObject): string | undefined {
  return stringAt(valueAt(workload, ...PATH));
}

/** How often a workload was restarted for a release: `1.2.10` is once, `1.2.10+2` twice. */
export function timesRestarted(workload: K8sObject, version: string): number {
  const mark = restartMarkOf(workload);
  if (mark === version) return 1;
  const [, times] = mark?.startsWith(`${version}+`) ? (/\+(\d+)$/.exec(mark) ?? []) : [];
  return Number(times ?? 0);
}

export function restartMark(version: string, times: number): string {
  return times === 1 ? version : `${version}+${times}`;
}

/** Only the mark, as an applied configuration. */
export function marked({ apiVersion, kind, metadata }: K8sObject, mark: string): K8sObject {
  const { name, namespace } = metadata;
  const identity = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  return { ...identity, spec: withValue({}, PATH.slice(1), mark) };
}
