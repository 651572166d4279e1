import type { K8sObject } from '../../src/core/object.ts';
import { refText } from '../../src/core/object.ts';
import { DEFAULT_PHASES, type Phase } from '../../src/core/phase.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import type { TargetObject } from '../../src/core/target.ts';
import type { Wish } from '../../src/core/wish.ts';
import { understand } from '../../src/mesh/mesh.ts';
import type { RuleContext } from '../../src/plan/hop.ts';

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

/** `installed Service/istio-system/istio-pilot` */
export function wishText(wish: Wish): string {
  const { kind, metadata, apiVersion } =
    wish.want === 'absent' ? { kind: wish.ref.kind, metadata: wish.ref, apiVersion: wish.apiVersion } : wish.object;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return `${wish.want} ${refText({ group, kind, namespace: metadata.namespace ?? '', name: metadata.name })}`;
}
