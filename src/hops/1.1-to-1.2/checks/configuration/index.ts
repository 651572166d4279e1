import type { Check } from '../../../../plan/check.ts';
import { authorizationPolicyWithBindings } from './authorization-policy-with-bindings.ts';
import { configRejected } from './config-rejected.ts';
import { hostMatchesNothing } from './host-matches-nothing.ts';
import { mtlsConflict } from './mtls-conflict.ts';
import { overlappingPolicies } from './overlapping-policies.ts';
import { policyTargetLabels } from './policy-target-labels.ts';
import { rulesMergeDifferently } from './rules-merge-differently.ts';

/** Checks of the users' Istio configuration. */
export const configurationChecks: readonly Check[] = [
  configRejected,
  policyTargetLabels,
  rulesMergeDifferently,
  authorizationPolicyWithBindings,
  overlappingPolicies,
  hostMatchesNothing,
  mtlsConflict,
];
