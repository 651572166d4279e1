import { listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import { type IstioVersion, versionOfImage } from '../core/version.ts';

/** A workload of the control plane with the image that tells its version. */
export interface Component {
  readonly ref: ObjectRef;
  readonly image: string;
  /** undefined where the tag names no release. */
  readonly version: IstioVersion | undefined;
}

// Image names as Istio publishes them; a private registry changes what stands before them, not these.
const COMPONENT_IMAGES = ['pilot', 'galley', 'citadel', 'mixer', 'sidecar_injector', 'proxyv2', 'node-agent-k8s'];
const WORKLOAD_KINDS = [
  { group: 'apps', kind: 'Deployment' },
  { group: 'extensions', kind: 'Deployment' },
  { group: 'apps', kind: 'DaemonSet' },
  { group: 'extensions', kind: 'DaemonSet' },
];

/**
 * The components of an Istio control plane among a snapshot's workloads.
 * @param namespace the control plane's; `istio-system` by default
 * @returns one entry a workload that runs one of Istio's images, Pilot first
 */
export function componentsOf(snapshot: Snapshot, namespace: string): readonly Component[] {
  const workloads = WORKLOAD_KINDS.flatMap((kind) => objectsOf(snapshot, kind, namespace));
  const components = workloads.flatMap((workload) => componentOf(workload) ?? []);
  return [...components.filter(isPilot), ...components.filter((component) => !isPilot(component))];
}

/** Pilot is the one whose version counts as the mesh's: its images say so even where names were changed. */
export function isPilot({ image }: Component): boolean {
  return imageName(image) === 'pilot';
}

/** One workload as a component: its own image before its sidecar's; undefined when none of its images is Istio's. */
export function componentOf(workload: K8sObject): Component | undefined {
  const images = listAt(valueAt(workload, 'spec', 'template', 'spec', 'containers')).flatMap(
    (container) => stringAt(valueAt(container, 'image')) ?? [],
  );
  const image = componentImage(images);
  return image === undefined ? undefined : { ref: refOf(workload), image, version: versionOfImage(image) };
}

/** The image that tells the version of what runs these: a component's own before its proxy's; undefined when none is Istio's. */
export function componentImage(images: readonly string[]): string | undefined {
  const rank = (image: string): number => COMPONENT_IMAGES.indexOf(imageName(image));
  return images.filter((image) => rank(image) >= 0).sort((a, b) => rank(a) - rank(b))[0];
}

/** `docker.io/istio/pilot:1.1.17` → `pilot` */
export function imageName(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.replace(/[@:].*$/, '');
}
