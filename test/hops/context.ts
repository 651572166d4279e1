import assert from 'node:assert/strict';
import { type K8sObject, kindText, refText } from '../../src/core/object.ts';
import { DEFAULT_PHASES, type Phase } from '../../src/core/phase.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import type { TargetObject } from '../../src/core/target.ts';
import { parseVersion } from '../../src/core/version.ts';
import type { Wish } from '../../src/core/wish.ts';
import { componentsOf, isPilot } from '../../src/mesh/control-plane.ts';
import { understand } from '../../src/mesh/mesh.ts';
import type { CheckContext } from '../../src/plan/check.ts';
import type { RuleContext } from '../../src/plan/rule.ts';

export const ISTIO = 'istio-system';

/** Objects as they stand in a file, one document each. */
export function targetOf(objects: readonly K8sObject[], fileName = 'istio.yaml'): readonly TargetObject[] {
  return objects.map((object, index) => ({ object, source: `${fileName}, document ${index + 1}` }));
}

export interface Around {
  readonly live?: readonly K8sObject[];
  readonly target?: readonly K8sObject[];
  readonly postInstall?: readonly K8sObject[];
  readonly prune?: boolean;
  readonly phases?: readonly Phase[];
  readonly removeAnnotations?: boolean;
  readonly isTaken?: RuleContext['isTaken'];
  readonly dataPlane?: RuleContext['dataPlane'];
}

/** What a rule sees. */
export function contextOf({
  live = [],
  target = [],
  postInstall = [],
  prune = false,
  phases = DEFAULT_PHASES,
  removeAnnotations = false,
  isTaken = () => false,
  dataPlane,
}: Around): RuleContext {
  return {
    mesh: understand(snapshotOf(live), ISTIO),
    target: { objects: targetOf(target) },
    postInstall: targetOf(postInstall),
    prune,
    phases,
    removeAnnotations,
    isTaken,
    dataPlane,
  };
}

export interface AroundCheck extends Around {
  readonly from?: string;
  readonly kubernetes?: string;
  readonly status?: CheckContext['status'];
  /** Kinds of which a list may not be read, as `kindText` writes them. */
  readonly unread?: readonly string[];
}

/** What a check sees. Where it goes, the target's Pilot tells. */
export function checkContextOf({
  from = '1.1.17',
  kubernetes = 'v1.20.2',
  status,
  unread = [],
  ...around
}: AroundCheck): CheckContext {
  const pilot = componentsOf(snapshotOf(around.target ?? []), ISTIO).find(isPilot);
  const start = parseVersion(from);
  assert.ok(start, from);
  return {
    ...contextOf(around),
    from: start,
    to: pilot?.version,
    kubernetes,
    status,
    isUnread: (kind) => unread.includes(kindText(kind)),
  };
}

/** `installed Service/istio-system/istio-pilot` */
export function wishText(wish: Wish): string {
  const { kind, metadata, apiVersion } =
    wish.want === 'absent' ? { kind: wish.ref.kind, metadata: wish.ref, apiVersion: wish.apiVersion } : wish.object;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return `${wish.want} ${refText({ group, kind, namespace: metadata.namespace ?? '', name: metadata.name })}`;
}
