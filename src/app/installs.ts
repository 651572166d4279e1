import type { ObjectRef } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { ApiResources } from '../core/resources.ts';
import { snapshotOf } from '../core/snapshot.ts';
import type { Target } from '../core/target.ts';
import { understand } from '../mesh/mesh.ts';
import type { Hop } from '../plan/hop.ts';
import { type Installed, installedKind, installedObject } from '../plan/installed.ts';
import { resourcesOfCrds, servedObject } from '../plan/served-object.ts';

type Kind = Pick<ObjectRef, 'group' | 'kind'>;

/** What is to be installed, and where. */
export interface Installing {
  /** undefined: what the charts of the upgrade path install by default. */
  readonly target: Target | undefined;
  readonly phases: readonly Phase[];
  readonly istioNamespace: string;
  readonly hops: readonly Hop[];
  /** What the server serves, and will once the target's CustomResourceDefinitions are in. */
  readonly resources: ApiResources;
}

/** Every object of a target, and what its release's Jobs would apply. */
export function objectsOfTarget(installing: Installing): readonly Installed[] {
  const { target, hops, resources, istioNamespace } = installing;
  if (target === undefined) return anyOfRelease(installing);
  return [...target.objects, ...hops.flatMap((hop) => hop.postInstallObjects(target))].map((one) =>
    installedObject(servedObject(one, resources, istioNamespace).object),
  );
}

/** Those of them that the rules of the phases install: what they would wish for an empty cluster. */
export function installedByRules(installing: Installing): readonly Installed[] {
  const { target, hops, phases, resources, istioNamespace } = installing;
  if (target === undefined) return anyOfRelease(installing);
  const around = {
    mesh: understand(snapshotOf([]), istioNamespace),
    target,
    phases,
    prune: false,
    removeAnnotations: false,
    isTaken: () => false,
  };
  const wishes = hops.flatMap((hop) => {
    const context = { ...around, postInstall: hop.postInstallObjects(target) };
    const rules = hop.rules.filter(({ phase }) => phases.includes(phase));
    return rules.flatMap((rule) => rule.apply(context).wishes ?? []);
  });
  return wishes
    .flatMap((wish) => (wish.want === 'installed' ? [wish] : []))
    .map((wish) => installedObject(servedObject(wish, resources, istioNamespace).object));
}

function anyOfRelease({ hops, phases, istioNamespace }: Installing): readonly Installed[] {
  const isInstalled = ({ kind }: Kind) =>
    phases.includes(kind === 'CustomResourceDefinition' ? 'crds' : 'control-plane');
  return hops
    .flatMap((hop) => hop.installedKinds)
    .filter(isInstalled)
    .map((kind) => installedKind(kind, istioNamespace));
}

/** The kinds that a target's CustomResourceDefinitions define. */
export function definedBy(target: Target | undefined): readonly Kind[] {
  const objects = target?.objects.map(({ object }) => object) ?? [];
  return resourcesOfCrds(objects.filter(({ kind }) => kind === 'CustomResourceDefinition'));
}
