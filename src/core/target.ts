import type { K8sObject } from './object.ts';

/** An object of the release to install, and the file and document it was read from. */
export interface TargetObject {
  readonly object: K8sObject;
  /** `control-plane.yaml, document 3, line 41` */
  readonly source: string;
}

/** The release to install, as its rendered manifests. */
export interface Target {
  readonly objects: readonly TargetObject[];
}
