import { type Json, listAt, objectAt, stringAt, valueAt } from '../../../../../core/json.ts';
import { find } from '../../../../../core/snapshot.ts';
import { canonicalQuantity } from '../../../../../fields/quantity.ts';
import { injectionValuesOf } from '../../../../../mesh/injection-values.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import { BY_DEFAULT, IN_INJECTION } from './injection-values.ts';
import type { Setting } from './setting.ts';

/** What new sidecars are made with. */
export function injectionSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const ref = { group: '', kind: 'ConfigMap', namespace: live.istioNamespace, name: 'istio-sidecar-injector' };
  const [was, is] = [live, wanted].map(({ snapshot }) => injectionValuesOf(find(snapshot, ref)));
  if (was === undefined || is === undefined || is.size === 0) return [];
  return [...was].map(([name, value]) => {
    const other = is.get(name);
    const field = `value ${name}`;
    const chart = IN_INJECTION[name];
    return { ref, field, live: quantity(value), wanted: other && quantity(other), chart, path: ['f:data', 'f:config'] };
  });
}

function quantity(value: string): string {
  return String(canonicalQuantity(value));
}

/** Which pods the injector is asked about. */
export function webhookSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const kind = { group: 'admissionregistration.k8s.io', kind: 'MutatingWebhookConfiguration' };
  const [was, is] = [live, wanted].map(({ snapshot }) =>
    ['', live.istioNamespace].flatMap((namespace) => {
      const webhook = find(snapshot, { ...kind, namespace, name: 'istio-sidecar-injector' });
      return webhook === undefined ? [] : [String(listAt(webhook.webhooks).some(injectsUnlabelled))];
    }),
  );
  const [before, after] = [was?.[0], is?.[0]];
  if (before === undefined || after === undefined) return [];
  const ref = { ...kind, namespace: '', name: 'istio-sidecar-injector' };
  const field = 'webhooks[].namespaceSelector takes namespaces without a label';
  return [{ ref, field, live: before, wanted: after, chart: BY_DEFAULT, path: ['f:webhooks'] }];
}

/** Whether its namespaceSelector asks for nothing that a namespace would have to be labelled with. */
function injectsUnlabelled(webhook: Json): boolean {
  const selector = objectAt(valueAt(webhook, 'namespaceSelector'));
  const terms = listAt(selector.matchExpressions).map((term) => stringAt(valueAt(term, 'operator')));
  const asks = terms.some((operator) => operator === 'In' || operator === 'Exists');
  return Object.keys(objectAt(selector.matchLabels)).length === 0 && !asks;
}
