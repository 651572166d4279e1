import { sameJson } from '../../core/json.ts';
import { lastAppliedOf } from '../../core/last-applied.ts';
import { type K8sObject, kindText, labelsOf, refOf } from '../../core/object.ts';
import { find } from '../../core/snapshot.ts';
import type { RuleContext } from '../../plan/rule.ts';

const KINDS = [
  'Policy.authentication.istio.io',
  'MeshPolicy.authentication.istio.io',
  'DestinationRule.networking.istio.io',
];

/** Whether an object decides about the mesh's TLS: a Policy, the MeshPolicy, a DestinationRule. */
export function decidesTls(object: K8sObject): boolean {
  return KINDS.includes(kindText(refOf(object)));
}

/**
 * Whether what somebody decided stays: the live object's spec is neither the release's nor what the release applied last, so that
 * overwriting it would take a person's decision back; and nobody said that it is to be taken.
 * @param object as the release brings it
 */
export function isKept(object: K8sObject, { mesh, isTaken }: RuleContext): boolean {
  const live = find(mesh.snapshot, refOf(object));
  if (!decidesTls(object) || live === undefined || sameJson(live.spec, object.spec)) return false;
  if (isTaken(refOf(object), 'spec')) return false;
  const record = lastAppliedOf(live);
  const isFromRelease = record !== undefined && labelsOf(record).release === labelsOf(object).release;
  return !isFromRelease || !sameJson(live.spec, record.spec);
}

/** What this very plan installs of what decides about TLS: the manifests' and the post-install Jobs' objects, in their order. */
export function installedTlsObjects(context: RuleContext): readonly K8sObject[] {
  const { target, postInstall, phases } = context;
  if (!phases.includes('control-plane')) return [];
  const own = target.objects.map(({ object }) => object).filter(decidesTls);
  const later = postInstall.map(({ object }) => object).filter(decidesTls);
  return [...own, ...later.filter((object) => !isKept(object, context))];
}
