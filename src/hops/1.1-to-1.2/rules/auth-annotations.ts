import type { Rule } from '../../../plan/rule.ts';
import { annotationProblems, kept, removals } from '../mtls/annotations.ts';
import { migrate } from '../mtls/migrate.ts';
import { problemsOf } from '../mtls/problems.ts';
import { wishesOf } from '../mtls/wishes.ts';

/**
 * The Service annotations `auth.istio.io/<port>`, which no Istio since 1.0 reads: an authentication Policy says the same for servers,
 * and a DestinationRule for clients.
 */
export const authAnnotations: Rule = {
  id: 'auth-annotations',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#migrating-per-service-mutual-tls-enablement-via-annotations-to-authentication-policy',
  phase: 'config',
  apply: (context) => {
    const migration = migrate(context);
    const because = {
      rule: authAnnotations.id,
      why: 'Istio no longer reads the annotation auth.istio.io/<port>: a Policy and a DestinationRule say the same',
      docs: authAnnotations.docs,
    };
    const useless = { ...because, why: 'Istio no longer reads it, and what it asks for is in force without it' };
    const { removeAnnotations } = context;
    return {
      wishes: [
        ...wishesOf(migration, 'annotation', because),
        ...(removeAnnotations ? removals(migration, useless) : []),
      ],
      problems: [
        ...annotationProblems(context),
        ...problemsOf(migration, 'annotation'),
        ...(removeAnnotations ? kept(migration) : []),
      ],
    };
  },
};
