import type { Rule } from '../../plan/rule.ts';

/** The release's CustomResourceDefinitions go in first: its components wait for them when they start. */
export const crds: Rule = {
  id: 'crds',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#kubernetes-upgrade',
  phase: 'crds',
  apply: ({ target }) => ({
    wishes: target.objects
      .filter(({ object }) => object.kind === 'CustomResourceDefinition')
      .map(({ object, source }) => ({
        want: 'installed',
        object,
        source,
        phase: 'crds',
        stage: 'write',
        because: { rule: crds.id, why: 'the release defines this resource', docs: crds.docs },
      })),
  }),
};
