import type { ObjectRef } from '../core/object.ts';
import { type IstioVersion, versionOfImage, versionText } from '../core/version.ts';
import { imageName } from './control-plane.ts';
import { type ImageCount, imageCount, imageCounts, sum } from './image-counts.ts';
import type { PodRole } from './pod-sidecar.ts';
import type { Injector } from './webhook-decision.ts';
import { type Member, type MemberInputs, membersOf } from './workload-members.ts';
import { type WorkloadStatus, workloadStatus } from './workload-status.ts';

/** A part of the control plane, or a gateway. Without pods, `images` is what its template says. */
export interface ControlPlanePart {
  readonly ref: ObjectRef;
  readonly images: readonly ImageCount[];
  readonly pods: number;
  readonly ready: number;
  readonly wanted: number | undefined;
  /** What its proxy is told to be; undefined where it has none. */
  readonly nodeType: string | undefined;
}

export interface MeshStatus {
  readonly istioNamespace: string;
  /** Pilot's; undefined where neither its image nor itself tells, or there is none. */
  readonly version: IstioVersion | undefined;
  readonly components: readonly ControlPlanePart[];
  readonly gateways: readonly ControlPlanePart[];
  readonly workloads: readonly WorkloadStatus[];
}

export interface StatusInputs extends MemberInputs {
  readonly istioNamespace: string;
  readonly injector: Injector;
  /** The release that sidecars are held against; Pilot's when absent. */
  readonly against?: IstioVersion | undefined;
  /** What Pilot says of itself, for where its image does not tell. */
  readonly told?: IstioVersion | undefined;
}

/** What runs where. Workloads in the order of their namespaces, kinds and names; Pilot first among the components. */
export function meshStatus(inputs: StatusInputs): MeshStatus {
  const { istioNamespace } = inputs;
  const all = membersOf(inputs);
  const components = partsOf(all, 'component').sort((a, b) => Number(isPilot(b)) - Number(isPilot(a)));
  const version = meshVersion(components, all, istioNamespace) ?? inputs.told;
  const workloads = all.filter(({ role }) => role === 'workload');
  return {
    istioNamespace,
    version,
    components,
    gateways: partsOf(all, 'gateway'),
    workloads: workloads.map((member) => workloadStatus(member, inputs.against ?? version, inputs.injector)),
  };
}

function partsOf(members: readonly Member[], role: PodRole): ControlPlanePart[] {
  return members
    .filter((member) => member.role === role)
    .map((member) => ({
      ref: member.ref,
      ...countsOf(member),
      wanted: member.template?.wanted,
      nodeType: nodeTypeOf(member),
    }))
    .filter(({ pods, wanted }) => pods > 0 || wanted !== undefined);
}

function nodeTypeOf({ groups, template }: Member): string | undefined {
  return template?.facts.nodeType ?? groups[0]?.nodeType;
}

function countsOf({ groups, template }: Member): Pick<ControlPlanePart, 'images' | 'pods' | 'ready'> {
  const planned = template?.facts.image;
  const images = imageCounts(groups);
  return {
    pods: sum(groups.map(({ pods }) => pods)),
    ready: sum(groups.map(({ ready }) => ready)),
    images: groups.length === 0 && planned !== undefined ? [imageCount(planned, 0)] : images,
  };
}

function isPilot({ images }: Pick<ControlPlanePart, 'images'>): boolean {
  return images.some(({ image }) => imageName(image) === 'pilot');
}

/** The release that all of Pilot's pods are of; in the middle of a rollout the one that it goes to. */
function meshVersion(
  components: readonly ControlPlanePart[],
  members: readonly Member[],
  istioNamespace: string,
): IstioVersion | undefined {
  const pilot = components.find((part) => isPilot(part) && part.ref.namespace === istioNamespace);
  if (pilot === undefined) return undefined;
  const [only, ...others] = new Map(
    pilot.images.map(({ version }) => [version && versionText(version), version]),
  ).values();
  if (others.length === 0) return only;
  const planned = members.find(({ ref }) => ref === pilot.ref)?.template?.facts.image;
  return planned === undefined ? undefined : versionOfImage(planned);
}
