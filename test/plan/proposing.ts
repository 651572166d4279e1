import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/core/json.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import type { Desired } from '../../src/plan/fold-wishes.ts';
import { type Proposal, type ProposeContext, propose } from '../../src/plan/propose.ts';
import { reason, resourceOf } from '../objects.ts';

const NO_REPLICA_SETS = { controlled: [], orphaned: [] } as const;

export interface Wished {
  readonly installed?: K8sObject;
  readonly set?: K8sObject;
  readonly via?: K8sObject;
  readonly remove?: JsonObject;
  readonly isAbsent?: boolean;
}

/** The proposal for one object and nothing around it; undefined where there is nothing to do. */
export function maybeProposed(
  wished: Wished,
  live: K8sObject | undefined,
  context: Partial<ProposeContext> = {},
): Proposal | undefined {
  const target = wished.installed ?? wished.set ?? live;
  assert.ok(target);
  const desired: Desired = {
    ref: refOf(target),
    apiVersion: target.apiVersion,
    phase: 'control-plane',
    stage: 'write',
    because: [reason()],
    isAbsent: false,
    ...wished,
  };
  const around = { resource: resourceOf(target), replicaSets: NO_REPLICA_SETS, isTaken: () => false };
  return propose(desired, { ...around, live, ...context });
}

export function proposed(wished: Wished, live: K8sObject | undefined, context: Partial<ProposeContext> = {}): Proposal {
  const proposal = maybeProposed(wished, live, context);
  assert.ok(proposal);
  return proposal;
}
