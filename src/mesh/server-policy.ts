import type { Snapshot } from '../core/snapshot.ts';
import type { MeshConfig } from './mesh-config.ts';
import { isWithin, type Labels, type PodLabels, podLabelsOf, selectedLabels } from './pod-labels.ts';
import {
  type AuthnPolicy,
  type Policies,
  type PolicyMode,
  type PolicyTarget,
  policiesOf,
  type ServerMode,
  targetsPort,
} from './policies.ts';
import type { Semantics } from './semantics.ts';
import type { Service, ServicePort } from './services.ts';

/**
 * Which policy decides what the sidecars of a service take on a port.
 *
 * - `none`: no policy applies, and they take plaintext.
 * - `ambiguous`: several at the same level, of which Pilot takes any (`same-level`), or not the same for all pods of the service (`pods`).
 * - `outside`: nothing with a sidecar stands behind it: an ExternalName, or a Service without a selector.
 */
export type ServerPolicy =
  | { readonly is: 'policy'; readonly policy: AuthnPolicy }
  | { readonly is: 'none' }
  | {
      readonly is: 'ambiguous';
      readonly why: 'same-level' | 'pods';
      readonly policies: readonly AuthnPolicy[];
      /** The different modes that it may be. */
      readonly modes: readonly PolicyMode[];
    }
  | { readonly is: 'outside' };

/** What decides about servers, made once for a snapshot. */
export interface ServerSide {
  readonly policies: Policies;
  readonly pods: PodLabels;
  readonly semantics: Semantics;
}

export function serverSideOf(snapshot: Snapshot, config: MeshConfig, semantics: Semantics): ServerSide {
  return { policies: policiesOf(snapshot, config), pods: podLabelsOf(snapshot), semantics };
}

/**
 * The policy for a service's port: one that targets it, else the namespace's `default`, else the MeshPolicy `default`. Exactly one
 * applies, and nothing is inherited (pilot/pkg/model/config.go:879-949@1.1.17, :901-979@1.2.10).
 */
export function serverPolicy(side: ServerSide, service: Service, port: ServicePort): ServerPolicy {
  if (service.kind === 'external' || service.selector === undefined) return { is: 'outside' };
  const answers = labelSets(side, service, service.selector).map((labels) =>
    policyForPods(side, service, port, labels),
  );
  const [first = { is: 'none' }, ...others] = answers;
  if (others.every((other) => samePolicies(first, other))) return first;
  const policies = [...new Set(answers.flatMap(policiesIn))];
  return { is: 'ambiguous', why: 'pods', policies, modes: [...new Set(answers.flatMap(modesIn))] };
}

/** What the sidecars take; where several policies could apply and all of them say the same, that. */
export function serverMode(answer: ServerPolicy): ServerMode {
  const [mode = 'DISABLE', ...others] = modesIn(answer);
  return others.length === 0 ? mode : 'AMBIGUOUS';
}

/** The policies of an answer; none for `none` and `outside`. */
export function policiesIn(answer: ServerPolicy): readonly AuthnPolicy[] {
  if (answer.is === 'policy') return [answer.policy];
  return answer.is === 'ambiguous' ? answer.policies : [];
}

function modesIn(answer: ServerPolicy): readonly PolicyMode[] {
  if (answer.is === 'policy') return [answer.policy.mode];
  return answer.is === 'ambiguous' ? answer.modes : ['DISABLE'];
}

function policyForPods(side: ServerSide, service: Service, port: ServicePort, labels: Labels): ServerPolicy {
  const local = side.policies.byNamespace.get(service.namespace) ?? [];
  const targeting = local.filter(({ targets }) =>
    targets.some((target) => targetsPort(target, port) && targetsPods(target, service, labels, side.semantics)),
  );
  const [policy, ...others] = targeting;
  if (policy === undefined) return untargeted(side.policies, local);
  if (others.length === 0) return { is: 'policy', policy };
  const modes = [...new Set(targeting.map(({ mode }) => mode))];
  return { is: 'ambiguous', why: 'same-level', policies: targeting, modes };
}

function targetsPods(target: PolicyTarget, service: Service, labels: Labels, { targetLabels }: Semantics): boolean {
  const byLabels = targetLabels === 'match-pods' && Object.keys(target.labels).length > 0;
  return byLabels ? isWithin(target.labels, labels) : target.hostname === service.hostname;
}

function untargeted({ mesh }: Policies, local: readonly AuthnPolicy[]): ServerPolicy {
  const policy = local.find(({ name, targets }) => name === 'default' && targets.length === 0) ?? mesh;
  return policy === undefined ? { is: 'none' } : { is: 'policy', policy };
}

/** The label sets to ask for: one, unless policies of the namespace tell pods of one service apart. */
function labelSets(side: ServerSide, service: Service, selector: Labels): readonly Labels[] {
  const local = side.policies.byNamespace.get(service.namespace) ?? [];
  const byLabels = local.some(({ targets }) => targets.some(({ labels }) => Object.keys(labels).length > 0));
  return side.semantics.targetLabels === 'match-pods' && byLabels
    ? selectedLabels(side.pods, service.namespace, selector)
    : [selector];
}

function samePolicies(a: ServerPolicy, b: ServerPolicy): boolean {
  const [left, right] = [new Set(policiesIn(a)), new Set(policiesIn(b))];
  return left.size === right.size && left.isSubsetOf(right);
}
