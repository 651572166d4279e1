import type { K8sObject } from '../core/object.ts';
import type { IstioVersion } from '../core/version.ts';
import type { Reinjection } from '../injection/reinject.ts';
import { ON_DELETE } from './sidecar-upgrade.ts';
import type { WorkloadStatus } from './workload-status.ts';

/** The workloads that a plan brings to a sidecar of another release, as they were read. */
export interface DataPlane {
  /** The release that their sidecars shall be of. */
  readonly version: IstioVersion;
  /** Those that were asked for, held against `version`. */
  readonly workloads: readonly WorkloadStatus[];
  /** The live objects of those that may be changed, by reference. */
  readonly live: ReadonlyMap<string, K8sObject>;
  /** What the target's injector made of workloads that were injected by hand, by reference. */
  readonly reinjected: ReadonlyMap<string, Reinjection>;
  /** Why it was not asked, where there are such workloads. */
  readonly notReinjected?: NotReinjected | undefined;
  /** Pods that their controller does not replace are evicted. */
  readonly evicts: boolean;
  /** Ready addresses of the injector's Service; undefined where they may not be read. */
  readonly injectorAddresses: number | undefined;
}

export interface NotReinjected {
  readonly why: string;
  /** What to do about it. */
  readonly hint: string | undefined;
}

/** Whether only injecting its template anew brings a workload with an old sidecar to another one. */
export function needsReinjection(
  { isStale, upgrade, injection }: WorkloadStatus,
  { evicts }: Pick<DataPlane, 'evicts'>,
): boolean {
  if (!isStale || upgrade === undefined) return false;
  return upgrade.way === 're-injection' || (evicts && upgrade.why === ON_DELETE && injection.how === 'manual');
}
