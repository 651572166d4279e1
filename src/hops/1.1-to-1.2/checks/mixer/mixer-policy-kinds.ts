import { kindText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import { find } from '../../../../core/snapshot.ts';
import { meshConfigIn, meshConfigMap } from '../../../../mesh/mesh-config.ts';
import { field } from '../../../../mesh/proto-json.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { isAhead } from '../is-ahead.ts';
import { type Loss, removedKindFindings } from './removed-kind-findings.ts';
import { MIXER_READS } from './removed-kinds.ts';
import { removedObjects } from './removed-objects.ts';

/** Policies of Mixer in kinds that 1.2 does not read: rules are left out without a word (mixer/pkg/runtime/config/ephemeral.go:635-851@1.2.10). */
export const mixerPolicyKinds: Check = {
  id: 'mixer-policy-kinds',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/tasks/policy-enforcement/denial-and-list/',
  explain: `Istio 1.2 removes the kinds that adapters and templates of Mixer had for themselves (denier, listchecker, memquota, quota, listentry and 26 more) in favour of handler and instance. Their definitions and objects stay in the cluster, and kubectl goes on showing them, but Mixer of 1.2 does not read them: a rule that refers to one is left out. Where it denied, limited or authorized calls, these calls pass unchecked from one moment to the next, and nothing but a counter (mixer_config_rule_config_errors_total) says so.
Convert each object that is named here before the upgrade, which changes nothing as long as 1.1.3 or later runs: an adapter becomes a handler with compiledAdapter, a template an instance with compiledTemplate, its spec becomes params, and rules and params refer to the new ones. Where that has to wait, the charts keep the old kinds for one more release with --set mixer.adapters.useAdapterCRDs=true --set mixer.templates.useTemplateCRDs=true; 1.3 drops them for good. Delete the old objects when nothing refers to them any more.`,
  reads: MIXER_READS,
  find(context) {
    const objects = removedObjects(context.mesh).filter(({ serves }) => serves === 'policy');
    return [...unknown(context), ...removedKindFindings(objects, context, lossIn(context))];
  },
};

function lossIn(context: CheckContext): Loss {
  const { mesh } = context;
  const config = meshConfigIn(find(mesh.snapshot, meshConfigMap(mesh.istioNamespace)));
  const isDisabled = field(config, 'disablePolicyChecks') === true;
  const today = isDisabled ? '; disablePolicyChecks is set in this mesh, so nothing is checked today either' : '';
  return {
    severity: isDisabled || !isAhead(context) ? 'warning' : 'blocker',
    tell: (rules) => `: calls pass unchecked that are checked with it by ${rules}${today}`,
  };
}

function unknown({ isUnread }: CheckContext): readonly Finding[] {
  const kinds = MIXER_READS.filter(isUnread).map(kindText);
  if (kinds.length === 0) return [];
  return [
    {
      severity: 'warning',
      message: `whether policies of Mixer stop is not known: ${shortList(kinds)} may not be listed`,
      hint: 'check again with the right to list all kinds of config.istio.io',
    },
  ];
}
