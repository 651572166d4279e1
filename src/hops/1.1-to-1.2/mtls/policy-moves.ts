import { serverAnswer } from '../../../mesh/mtls.ts';
import type { AuthnPolicy } from '../../../mesh/policies.ts';
import type { Traffic } from '../../../mesh/traffic.ts';
import type { Refusal } from './demands.ts';
import { coverage, isAt, isOwn, type ServerNeed } from './server-needs.ts';
import { refsText } from './texts.ts';

/**
 * What becomes of the Policies for one port: it gets one of its own, made from what is in force there, or the one that it has is edited.
 * `from`: those that it leaves.
 */
export type Move = { readonly need: ServerNeed } & (
  | { readonly do: 'create'; readonly base: AuthnPolicy | undefined; readonly from: readonly AuthnPolicy[] }
  | { readonly do: 'edit'; readonly policy: AuthnPolicy; readonly from: readonly AuthnPolicy[] }
);

/**
 * Decides how a port comes to what it needs.
 * @param all the needs of this migration: a Policy for several ports is edited only where all of them need the same
 */
export function decide(
  traffic: Traffic,
  need: ServerNeed,
  all: readonly ServerNeed[],
): { readonly move: Move } | { readonly refusal: Refusal } {
  const { targeting, labelled } = need;
  const [policy, ...others] = targeting;
  const going = targeting.find(({ object }) => object.metadata.deletionTimestamp !== undefined);
  if (labelled.length > 0)
    return refused(
      need,
      'mtls-policy-labels',
      `${refsText(labelled)} ${labelled.length === 1 ? 'targets' : 'target'} pods by labels, which 1.1 ignores and 1.2 obeys`,
    );
  if (going !== undefined) return refused(need, 'mtls-policy-deleted', `${refsText([going])} is being deleted`);
  if (policy === undefined) return { move: { need, do: 'create', base: baseOf(traffic, need), from: [] } };
  if (others.length > 0) return resumed(traffic, need, all);
  if (isAllAlike(traffic, policy, need, all)) return { move: { need, do: 'edit', policy, from: [] } };
  return { move: { need, do: 'create', base: policy, from: [policy] } };
}

/** The port has its own Policy from an earlier run, which was cut off before the others lost the port, or whose old files came back. */
function resumed(traffic: Traffic, need: ServerNeed, all: readonly ServerNeed[]) {
  const [own, ...more] = need.targeting.filter(isOwn);
  if (own === undefined || more.length > 0 || !isAllAlike(traffic, own, need, all)) {
    const why = `${refsText(need.targeting)} all target it, and Pilot takes any one of them`;
    return refused(need, 'mtls-policy-several', why);
  }
  return { move: { need, do: 'edit', policy: own, from: need.targeting.filter((one) => one !== own) } } as const;
}

function refused({ demand }: ServerNeed, id: string, why: string): { readonly refusal: Refusal } {
  return { refusal: { demands: [demand], id, why, hint: 'decide by hand what applies to this port, and plan again' } };
}

/** Whether all that a policy covers is to take the same, so that the policy itself can say so. */
function isAllAlike(traffic: Traffic, policy: AuthnPolicy, need: ServerNeed, all: readonly ServerNeed[]): boolean {
  const isFollowing = (one: ServerNeed) =>
    one.mode === need.mode && (one.targeting.length === 1 || isOwn(policy)) && one.targeting.includes(policy);
  const covered = coverage(traffic, policy);
  return covered?.every((port) => all.some((one) => isAt(one, port) && isFollowing(one))) ?? false;
}

function baseOf(traffic: Traffic, { demand }: ServerNeed): AuthnPolicy | undefined {
  const { policy } = serverAnswer(traffic, demand.service, demand.port);
  return policy.is === 'policy' ? policy.policy : undefined;
}
