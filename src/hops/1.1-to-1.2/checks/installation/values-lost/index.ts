import { FIELD_MANAGER } from '../../../../../core/field-manager.ts';
import { lastAppliedOf } from '../../../../../core/last-applied.ts';
import { type K8sObject, refText } from '../../../../../core/object.ts';
import { find } from '../../../../../core/snapshot.ts';
import { covers } from '../../../../../fields/field-set.ts';
import { isInstaller } from '../../../../../fields/installers.ts';
import { entriesOf } from '../../../../../fields/managed-fields.ts';
import { pathText } from '../../../../../fields/path-text.ts';
import { valueAtPath } from '../../../../../fields/prune.ts';
import type { Check, CheckContext, Finding } from '../../../../../plan/check.ts';
import { targetMesh } from '../../../../every/checks/target-mesh.ts';
import { REMOVED_VARIABLES } from '../changed-defaults/removed-variables.ts';
import type { ChartValue } from './chart-value.ts';
import { componentSettings } from './component-settings.ts';
import { gatewayServices, gatewaySettings } from './gateway-settings.ts';
import { injectionSettings, webhookSettings } from './injection-settings.ts';
import { meshSettings } from './mesh-settings.ts';
import type { Setting } from './setting.ts';

// What is compared: what the mesh has that is neither 1.1's default nor the target's is lost.
const SETTINGS = [meshSettings, componentSettings, injectionSettings, webhookSettings, gatewaySettings];

// What other checks and rules tell, or what no version reads.
const ELSEWHERE = [
  'mesh.defaultConfig.controlPlaneAuthPolicy',
  'mesh.defaultConfig.discoveryAddress',
  'mesh.mtlsExcludedServices',
  'mesh.authPolicy',
];

// Ends of names whose values nobody else should read.
const SECRET = /(?:token|secret|password)$/i;

/** Values that the mesh was installed with, and the target was not rendered with. */
export const valuesLost: Check = {
  id: 'values-lost',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#helm-upgrade',
  explain: `An upgrade has to be rendered with the values that the mesh was installed with; what is left out falls back to the chart's default without a word. Nobody keeps these values when a mesh was installed with kubectl apply. So they are read off what is there: the mesh configuration in ConfigMap istio, the arguments and variables of the components, the injection template, the injector's webhook, the gateways' Services. A finding is a setting in which the mesh differs from the defaults of 1.1 and the target from the mesh.
Some decide about security or whether connections work at all: policy checks, REGISTRY_ONLY, the trust domain, the root namespace, SDS, a CA of one's own. These block. Others change logs, tracing, timeouts or sidecar resources. Render the target with the value that is named (helm template --set, or a values file), or go on with --ignore values-lost when every difference is meant.`,
  readsBesides: {
    kinds: [
      { group: '', kind: 'ConfigMap', namespace: 'istio' },
      { group: '', kind: 'Service', namespace: 'istio' },
    ],
    select: ({ mesh }) => [
      { group: '', kind: 'ConfigMap', namespace: mesh.istioNamespace, name: 'istio-sidecar-injector' },
      ...gatewayServices(mesh),
    ],
  },
  find(context) {
    const wanted = targetMesh(context);
    if (wanted === undefined) return [];
    return SETTINGS.flatMap((settings) => settings(context.mesh, wanted))
      .filter((setting) => isLost(setting, context.mesh.istioNamespace) && !isLeftAlone(setting, context))
      .map(findingOf);
  },
};

function isLost({ field, live, wanted, chart }: Setting, istioNamespace: string): boolean {
  const was = live ?? chart?.absent;
  if (was === undefined || was === (wanted ?? chart?.absent)) return false;
  if (ELSEWHERE.includes(field) || REMOVED_VARIABLES.some((name) => field.endsWith(`: ${name}`))) return false;
  const isDefault = (one: string | RegExp): boolean =>
    typeof one === 'string' ? one.replace('{namespace}', istioNamespace) === was : one.test(was);
  return !(chart?.defaults ?? []).some(isDefault);
}

/** Whether planning leaves it: to somebody who lives on and owns it, unless it is taken; or because nobody's manifest ever had it. */
function isLeftAlone({ ref, path, wanted }: Setting, { mesh, isTaken }: CheckContext): boolean {
  const live = find(mesh.snapshot, ref);
  if (live === undefined || isTaken(ref, pathText(path))) return false;
  if (wanted === undefined && isAddition(live, path)) return true;
  const others = entriesOf(live).filter(({ manager }) => manager !== FIELD_MANAGER && !isInstaller(manager));
  return others.some(({ fieldsV1 }) => covers(fieldsV1, path));
}

/** What is there, and was not in what kubectl applied last: somebody added it by hand. */
function isAddition(live: K8sObject, path: Setting['path']): boolean {
  const applied = lastAppliedOf(live);
  return applied !== undefined && valueAtPath(live, path) !== undefined && valueAtPath(applied, path) === undefined;
}

function findingOf({ ref, field, live, wanted, chart }: Setting): Finding {
  const was = live ?? chart?.absent ?? '';
  const isSecret = SECRET.test(field);
  const [before, after] = [was, wanted ?? chart?.absent ?? ''].map((value) => shown(value, isSecret));
  return {
    ref,
    severity: chart?.severity,
    message: `${refText(ref)}: ${field} is ${before}, and ${after} in the target: ${chart?.effect ?? 'what it was set for is lost'}`,
    hint: hintOf(chart, isSecret ? '' : was),
  };
}

function shown(value: string, isSecret: boolean): string {
  if (value === '') return 'not set';
  return isSecret ? 'another (not shown)' : value;
}

function hintOf(chart: ChartValue | undefined, was: string): string {
  const { value = '', isDerived = false } = chart ?? {};
  if (value === '') return "the chart has no value for it: write it into the target's manifests if it is still meant";
  if (value.includes('=')) return `render the target with ${value} if that is still meant`;
  const own = isDerived || was === '' ? `the mesh's own ${value}` : `${value}=${was}`;
  return `render the target with ${own} if that is still meant`;
}
