import { type ObjectRef, refText } from '../core/object.ts';
import type { PodGroup } from './pod-inventory.ts';
import type { PodRole } from './pod-sidecar.ts';
import { likelyDeployment, mayHaveOwner } from './workload-key.ts';
import type { WorkloadTemplate } from './workload-template.ts';

/** Workloads by `refText`. */
export type Templates = ReadonlyMap<string, WorkloadTemplate>;

export interface MemberInputs {
  readonly groups: readonly PodGroup[];
  readonly templates: Templates;
  /** ReplicaSets, Jobs and ReplicationControllers of `ownersToRead`. */
  readonly made: Templates;
  /** Whether a workload of which no pods were counted is shown. */
  readonly isShownWithoutPods: (ref: ObjectRef, role: PodRole) => boolean;
}

/** A workload with all its pods, whichever of its ReplicaSets they are of. */
export interface Member {
  readonly ref: ObjectRef;
  readonly role: PodRole;
  readonly groups: readonly PodGroup[];
  readonly template: WorkloadTemplate | undefined;
}

/** All workloads, in the order of their namespaces, kinds and names. */
export function membersOf({ groups, templates, made, isShownWithoutPods }: MemberInputs): Member[] {
  const members = new Map<
    string,
    { ref: ObjectRef; role: PodRole; groups: PodGroup[]; template: WorkloadTemplate | undefined }
  >();
  for (const group of groups) {
    const { ref, template } = workloadOf(group, templates, made);
    const key = refText(ref);
    const member = members.get(key) ?? { ref, role: group.role, groups: [], template };
    member.groups.push(group);
    members.set(key, member);
  }
  for (const [key, template] of templates) {
    const { role } = template.facts;
    if (members.has(key) || !isShownWithoutPods(template.ref, role)) continue;
    members.set(key, { ref: template.ref, role, groups: [], template });
  }
  return [...members.values()].sort((a, b) => compare(sortKey(a.ref), sortKey(b.ref)));
}

function workloadOf({ owner }: PodGroup, templates: Templates, made: Templates): Pick<Member, 'ref' | 'template'> {
  const maker = made.get(refText(owner.ref));
  const ref = explainedBy(owner, templates) ?? maker?.owner ?? owner.ref;
  return { ref, template: templates.get(refText(ref)) ?? maker };
}

/** Owners of pods that may have owners themselves, where no Deployment explains them. */
export function ownersToRead(groups: readonly PodGroup[], templates: Templates): readonly ObjectRef[] {
  return groups
    .filter(({ owner }) => mayHaveOwner(owner.ref) && explainedBy(owner, templates) === undefined)
    .map(({ owner }) => owner.ref);
}

function explainedBy(owner: PodGroup['owner'], templates: Templates): ObjectRef | undefined {
  const deployment = likelyDeployment(owner);
  return deployment !== undefined && templates.has(refText(deployment)) ? deployment : undefined;
}

function sortKey({ namespace, kind, name }: ObjectRef): string {
  return `${namespace} ${kind} ${name}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
