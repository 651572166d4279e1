import type { K8sObject } from '../core/object.ts';
import type { IstioVersion } from '../core/version.ts';

/** What an injector works from, as the texts that the release's ConfigMaps hold. */
export interface InjectorInput {
  /** The mesh configuration: key `mesh` of ConfigMap `istio`. */
  readonly mesh: string;
  /** The injection configuration: key `config` of ConfigMap `istio-sidecar-injector`. */
  readonly config: string;
  /** The values of the chart, JSON: key `values` of the same ConfigMap. */
  readonly values: string;
}

/** The injection of a release, as a program that is asked: `istioctl kube-inject`. */
export interface Injector {
  /** Which release's; its answers are no good for any other. */
  readonly version: IstioVersion;
  /**
   * Injects workloads that have no sidecar, without looking at a cluster.
   * @returns as many, in the same order; one that it does not inject comes back without a sidecar
   * @throws UpgradeError with what the program said, when it refuses one of them
   */
  inject(workloads: readonly K8sObject[], input: InjectorInput): Promise<readonly K8sObject[]>;
}
