import { refOf } from '../../core/object.ts';
import type { Rule } from '../../plan/rule.ts';
import { whyNotApplied } from './hooks.ts';

/** Every other object of the rendered release, hooks aside. */
export const manifests: Rule = {
  id: 'manifests',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#kubernetes-upgrade',
  phase: 'control-plane',
  apply: ({ target }) => {
    const objects = target.objects.filter(({ object }) => object.kind !== 'CustomResourceDefinition');
    return {
      wishes: objects
        .filter(({ object }) => whyNotApplied(object) === undefined)
        .map(({ object, source }) => ({
          want: 'installed',
          object,
          source,
          phase: 'control-plane',
          stage: 'write',
          because: { rule: manifests.id, why: 'the release installs this object', docs: manifests.docs },
        })),
      skipped: objects.flatMap(({ object }) => {
        const why = whyNotApplied(object);
        return why === undefined ? [] : [{ ref: refOf(object), why }];
      }),
    };
  },
};
