import type { Check } from '../../../../plan/check.ts';
import { removedKindFindings } from './removed-kind-findings.ts';
import { MIXER_READS } from './removed-kinds.ts';
import { removedObjects } from './removed-objects.ts';

/** Telemetry of Mixer in kinds that 1.2 does not read. */
export const mixerTelemetryKinds: Check = {
  id: 'mixer-telemetry-kinds',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/reference/config/installation-options-changes/',
  explain: `Istio 1.2 removes the kinds that adapters and templates of Mixer had for themselves (metric, logentry, tracespan, prometheus, stdio, fluentd, statsd, stackdriver and others) in favour of handler and instance. Their objects stay, but Mixer of 1.2 does not read them: metrics, logs and spans that rules of one's own report with them end with the upgrade, and dashboards and alerts that are made of these fall silent. The release's own metrics go on, as its manifests bring them in the new form.
Convert each object that is named here before the upgrade: an adapter becomes a handler with compiledAdapter, a template an instance with compiledTemplate (1.1.3 and later read both), its spec becomes params, and rules refer to the new ones. Names of instances inside a handler's params, such as requests.metric.shop, change too: requests.instance.shop. Two kinds become one, so that a metric and a logentry of one name need different ones. The charts keep the old kinds for one more release with --set mixer.adapters.useAdapterCRDs=true --set mixer.templates.useTemplateCRDs=true.`,
  reads: MIXER_READS,
  find(context) {
    const objects = removedObjects(context.mesh);
    const lost = {
      severity: 'warning',
      tell: (rules: string) => `: what is reported with it by ${rules} is lost`,
    } as const;
    const nothing = { severity: 'note', tell: (rules: string) => `, and nothing is done with it by ${rules}` } as const;
    return [
      ...removedKindFindings(
        objects.filter(({ serves }) => serves === 'telemetry'),
        context,
        lost,
      ),
      ...removedKindFindings(
        objects.filter(({ serves }) => serves === 'nothing'),
        context,
        nothing,
      ),
    ];
  },
};
