import type { ObjectRef } from '../core/object.ts';
import { type IstioVersion, sameRelease, versionOfImage } from '../core/version.ts';
import { type ImageCount, imageCounts, sum } from './image-counts.ts';
import { type Upgrade, whatUpgrades } from './sidecar-upgrade.ts';
import { type Decision, type Injector, webhookDecision } from './webhook-decision.ts';
import type { Member } from './workload-members.ts';
import type { WorkloadTemplate } from './workload-template.ts';

/**
 * How a workload's pods came to their sidecar, or why they have none. `both`: by the webhook, over one in the template. `missing`: they
 * would have one if they were created now. `excluded`: for a reason of its own. `outside`: its namespace is not injected.
 */
export type Injection =
  | { readonly how: 'webhook' | 'manual' | 'both' | 'missing' | 'unknown' }
  | { readonly how: 'excluded' | 'outside'; readonly why: string };

export interface WorkloadStatus {
  readonly ref: ObjectRef;
  readonly pods: number;
  /** Replicas that were asked for; undefined where the kind has no such number. */
  readonly wanted: number | undefined;
  readonly ready: number;
  readonly sidecars: number;
  readonly images: readonly ImageCount[];
  readonly injection: Injection;
  /** A sidecar is of another release than Pilot, or of one that cannot be told. */
  readonly isStale: boolean;
  /** undefined for workloads that have no sidecar and shall have none. */
  readonly upgrade: Upgrade | undefined;
  /** Annotation `sidecar.istio.io/proxyImage` of its pods. */
  readonly proxyImage: string | undefined;
  /** Annotation `traffic.sidecar.istio.io/includeInboundPorts` of its pods. */
  readonly inboundPorts: string | undefined;
}

/** @param version Pilot's; undefined when it is not known, and then no sidecar is known to be of the same */
export function workloadStatus(member: Member, version: IstioVersion | undefined, injector: Injector): WorkloadStatus {
  const { ref, groups, template } = member;
  const pods = sum(groups.map((group) => group.pods));
  const images = imageCounts(groups);
  const sidecars = sum(images.map((image) => image.pods));
  const traits = template?.facts.traits ?? groups[0]?.traits;
  const decision = traits === undefined ? undefined : webhookDecision(traits, ref.namespace, injector);
  const isCurrent = (one: IstioVersion | undefined): boolean =>
    one !== undefined && version !== undefined && sameRelease(one, version);
  const next = nextSidecar(template, decision);
  const isStale =
    images.some((image) => !isCurrent(image.version)) || (next !== undefined && !isCurrent(versionOfImage(next)));
  const injection = injectionOf({ pods, sidecars, template, decision });
  const lacksSome = pods > sidecars && (decision?.injects === true || template?.facts.isInjected === true);
  const upToDate: Upgrade | undefined =
    pods > 0 && isMeshed(injection) ? { way: 'up-to-date', why: undefined } : undefined;
  return {
    ref,
    pods,
    wanted: template?.wanted,
    ready: sum(groups.map((group) => group.ready)),
    sidecars,
    images,
    injection,
    isStale,
    upgrade: isStale || lacksSome ? whatUpgrades({ ref, template, decision }) : upToDate,
    proxyImage: template?.facts.proxyImage ?? groups[0]?.proxyImage,
    inboundPorts: template?.facts.inboundPorts ?? groups[0]?.inboundPorts,
  };
}

/** The image that stands in the template and that no webhook replaces when pods are made from it. */
function nextSidecar(template: WorkloadTemplate | undefined, decision: Decision | undefined): string | undefined {
  return decision?.injects === false ? template?.facts.image : undefined;
}

function isMeshed({ how }: Injection): boolean {
  return how === 'webhook' || how === 'manual' || how === 'both';
}

interface InjectionInputs {
  readonly pods: number;
  readonly sidecars: number;
  readonly template: WorkloadTemplate | undefined;
  readonly decision: Decision | undefined;
}

function injectionOf({ pods, sidecars, template, decision }: InjectionInputs): Injection {
  const isManual = template?.facts.isInjected === true;
  const injects = decision?.injects === true;
  if (pods > 0 && sidecars === 0 && (isManual || injects)) return { how: 'missing' };
  if (isManual) return { how: injects ? 'both' : 'manual' };
  if (injects) return { how: 'webhook' };
  if (sidecars > 0) return { how: template === undefined ? 'unknown' : 'webhook' };
  return decision === undefined
    ? { how: 'unknown' }
    : { how: decision.scope === 'pod' ? 'excluded' : 'outside', why: decision.why };
}
