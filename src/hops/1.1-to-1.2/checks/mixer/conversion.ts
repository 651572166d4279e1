import type { ObjectRef } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import { fullName, mixerConfigOf } from '../../../../mesh/mixer-config.ts';
import type { CheckContext } from '../../../../plan/check.ts';
import { REMOVED_KINDS, type RemovedKind, successor } from './removed-kinds.ts';

const FLAGS = { adapter: 'mixer.adapters.useAdapterCRDs', template: 'mixer.templates.useTemplateCRDs' };

/**
 * How objects of one removed kind become what both versions read, in words.
 * @see https://github.com/istio/istio/issues/12815: 1.1.3 is the first to read instances of that form
 */
export function conversion({ kind, role }: RemovedKind, refs: readonly ObjectRef[], context: CheckContext): string {
  const into = successor(role);
  const field = role === 'adapter' ? 'compiledAdapter' : 'compiledTemplate';
  const bindings = kind === 'kubernetes' ? ' (attribute_bindings beside them, as attributeBindings)' : '';
  return [
    `write it as kind ${into} with ${field}: ${kind} and its spec as params${bindings}, and refer to it as NAME.${into}.NAMESPACE`,
    ...takenNames(role, refs, context),
    ...(role === 'template' && isTooOld(context) ? ['instances of that form need Istio 1.1.3'] : []),
  ].join('; ');
}

/** How the charts of 1.2 are told to keep the kind. */
export function keeping({ role }: RemovedKind): string {
  return `keep the kind for this release with --set ${FLAGS[role]}=true when rendering`;
}

/** Two kinds become one, and a name can be given once a namespace. */
function takenNames(role: RemovedKind['role'], refs: readonly ObjectRef[], context: CheckContext): readonly string[] {
  const takers = takersOf(role, context);
  const names = refs.map(({ namespace, name }) => `${namespace}/${name}`);
  const taken = names.filter((name) => (takers.get(name)?.size ?? 0) > 1);
  if (taken.length === 0) return [];
  return [`take another name for ${shortList(taken)}, which would be there twice as kind ${successor(role)}`];
}

function takersOf(role: RemovedKind['role'], { mesh, target }: CheckContext): ReadonlyMap<string, ReadonlySet<string>> {
  const takers = new Map<string, Set<string>>();
  for (const object of [...mixerConfigOf(mesh.snapshot).values(), ...target.objects.map((one) => one.object)]) {
    if (object.kind !== successor(role) && REMOVED_KINDS.get(object.kind)?.role !== role) continue;
    const { namespace = '', name } = object.metadata;
    const key = `${namespace}/${name}`;
    takers.set(key, (takers.get(key) ?? new Set()).add(fullName(object)));
  }
  return takers;
}

function isTooOld({ from }: CheckContext): boolean {
  return from.minor < 2 && from.patch !== undefined && from.patch < 3;
}
