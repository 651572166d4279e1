import type { Rule } from '../../../plan/rule.ts';
import { excludedHostProblems } from '../mtls/excluded-hosts.ts';
import { migrate } from '../mtls/migrate.ts';
import { problemsOf } from '../mtls/problems.ts';
import { wishesOf } from '../mtls/wishes.ts';

/** The mesh configuration's `mtls_excluded_services`, which no Istio since 1.0 reads: a DestinationRule says the same per host. */
export const excludedServices: Rule = {
  id: 'mtls-excluded-services',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#migrating-the-mtls_excluded_services-configuration-to-destination-rules',
  phase: 'config',
  apply: (context) => {
    const migration = migrate(context);
    const because = {
      rule: excludedServices.id,
      why: 'Istio no longer reads mtls_excluded_services: a DestinationRule says the same',
      docs: excludedServices.docs,
    };
    return {
      wishes: wishesOf(migration, 'excluded', because),
      problems: [...excludedHostProblems(context), ...problemsOf(migration, 'excluded')],
    };
  },
};
