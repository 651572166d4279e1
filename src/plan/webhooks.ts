import { type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import type { ApiResource } from '../core/resources.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';

const WEBHOOK_KINDS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'];
const DRY_RUN_SAFE = ['None', 'NoneOnDryRun'];

/**
 * The admission webhook that makes the API server refuse a dry-run of this resource, if there is one: its rules match and it does not
 * declare that a dry-run has no side effects. Galley 1.1's webhook declares nothing, which means `Unknown`.
 * Selectors are not evaluated: a webhook that only might match counts.
 */
export function webhookAgainstDryRun(snapshot: Snapshot, resource: ApiResource): string | undefined {
  const configurations = WEBHOOK_KINDS.flatMap((kind) =>
    objectsOf(snapshot, { group: 'admissionregistration.k8s.io', kind }),
  );
  for (const configuration of configurations) {
    for (const webhook of listAt(configuration.webhooks)) {
      const isSafe = DRY_RUN_SAFE.includes(stringAt(valueAt(webhook, 'sideEffects')) ?? '');
      if (!isSafe && listAt(valueAt(webhook, 'rules')).some((rule) => matchesRule(rule, resource))) {
        return `${configuration.metadata.name} (${stringAt(valueAt(webhook, 'name')) ?? ''})`;
      }
    }
  }
  return undefined;
}

function matchesRule(rule: Json, { group, version, resource }: ApiResource): boolean {
  const includes = (key: string, value: string) =>
    listAt(valueAt(rule, key)).some((item) => item === value || item === '*');
  const resources = listAt(valueAt(rule, 'resources')).some(
    (item) => item === resource || item === '*' || item === '*/*',
  );
  const operations = includes('operations', 'CREATE') || includes('operations', 'UPDATE');
  return includes('apiGroups', group) && includes('apiVersions', version) && resources && operations;
}
