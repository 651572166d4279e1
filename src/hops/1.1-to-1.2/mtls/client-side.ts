import type { K8sObject } from '../../../core/object.ts';
import { clientRule, type Traffic } from '../../../mesh/traffic.ts';
import { type ClientNeeds, clientNeedsOf, isMet } from './client-needs.ts';
import type { Demand, Refusal } from './demands.ts';
import type { Edit } from './edits.ts';
import type { Naming } from './names.ts';
import { newRule } from './new-rule.ts';
import { editLocalRules } from './rule-edits.ts';
import { refsText, serviceText } from './texts.ts';

export interface SideEdits {
  readonly edits: readonly Edit[];
  readonly refusals: readonly Refusal[];
}

/** The DestinationRules that make clients do what is asked for. */
export function clientSide(traffic: Traffic, demands: readonly Demand[], naming: Naming): SideEdits {
  const sides = clientNeedsOf(demands).map((needs) => forService(traffic, needs, naming));
  return { edits: sides.flatMap(({ edits }) => edits), refusals: sides.flatMap(({ refusals }) => refusals) };
}

function forService(traffic: Traffic, needs: ClientNeeds, naming: Naming): SideEdits {
  const { namespace, hostname } = needs.service;
  const all = traffic.rules.filter((rule) => rule.namespace === namespace && rule.host === hostname);
  const dropped = all.find((rule) => traffic.dropped.includes(rule));
  if (all.length > 0 && dropped === undefined) return edited(editLocalRules(all, needs, traffic), needs, EDITED);
  if (isMetToday(traffic, needs)) return { edits: [], refusals: [] };
  if (dropped === undefined) return edited({ objects: [naming(created(traffic, needs))] }, needs, CREATED);
  const text = refsText([dropped]);
  return edited({ why: `Pilot drops ${text} for its subset labels, which 1.2 takes for invalid` }, needs, EDITED);
}

function isMetToday(traffic: Traffic, { service, ports }: ClientNeeds): boolean {
  const rules = [service.namespace, traffic.config.rootNamespace].map((client) => clientRule(traffic, service, client));
  return rules.every((rule) => ports.every((need) => isMet(rule, service, need)));
}

/** Clients of the root namespace follow what all do that have no rules of their own. */
function created(traffic: Traffic, needs: ClientNeeds): K8sObject {
  return newRule(needs, clientRule(traffic, needs.service, traffic.config.rootNamespace), traffic);
}

const EDITED = 'change the source (manifest, chart or repository) of this rule too, before it is applied again';
const CREATED = 'add it to the source (manifests, chart or repository) of this namespace too';

function edited(
  result: { readonly objects: readonly K8sObject[] } | { readonly why: string },
  { demands, service, ports }: ClientNeeds,
  source: string,
): SideEdits {
  if ('why' in result) {
    const hint = 'change that rule by hand, and plan again';
    return { edits: [], refusals: [{ demands, id: 'mtls-rule-untouched', why: result.why, hint }] };
  }
  const wanted = ports.map(({ port, tls }) => `${port.number} ${tls}`).join(', ');
  const notes = [`clients of ${serviceText(service)} from then on: ${wanted}`, source];
  return { edits: result.objects.map((object) => ({ object, stage: 'write', demands, notes })), refusals: [] };
}
