import { stringAt, valueAt } from '../../../../core/json.ts';
import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import { versionOfImage } from '../../../../core/version.ts';
import type { InjectorConfig } from '../../../../mesh/injector-config.ts';
import type { WorkloadStatus } from '../../../../mesh/workload-status.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { isAhead } from '../is-ahead.ts';
import { injectorOf12, injectorReads, isInjectedByWebhook } from './injector.ts';

const ANNOTATION = 'sidecar.istio.io/proxyImage';

/** Workloads that name an image for their sidecar: 1.2's injection template puts it in the hub's place. */
export const proxyImageAnnotation: Check = {
  id: 'proxy-image-annotation',
  severity: 'blocker',
  docs: 'https://github.com/istio/istio/issues/14365',
  explain: `Pods can ask for an image for their sidecar with annotation sidecar.istio.io/proxyImage. Istio 1.1 takes it as it stands; the injection template of every 1.2.x puts it where the hub belongs, so that docker.io/istio/proxyv2:1.1.7/proxyv2:1.2.10 comes out, which no registry has. Pods that run go on, but every new one after the control plane's upgrade (a restart, a scale-up, a node that is drained) stays in ImagePullBackOff. Where the values name an image with a registry (global.proxy.image), the annotation is taken as it stands, but a proxy of 1.1 exits at once on arguments that it does not know, such as --dnsRefreshRate.
kubectl get pods with -o yaml shows the annotation. Take it out of the pod templates before the upgrade, one workload at a time: its pods are replaced and get the sidecar of the release.`,
  readsBesides: injectorReads,
  find(context) {
    const workloads = (context.status?.workloads ?? []).filter(isInjectedByWebhook);
    const byImage = Map.groupBy(workloads, ({ proxyImage }) => proxyImage ?? '');
    byImage.delete('');
    const injector = injectorOf12(context);
    return [...byImage].flatMap(([image, some]) => findingsOf(image, some, { context, injector }));
  },
};

interface Around {
  readonly context: CheckContext;
  readonly injector: InjectorConfig | undefined;
}

function findingsOf(image: string, some: readonly WorkloadStatus[], { context, injector }: Around): readonly Finding[] {
  const problem = isTakenAsItStands(injector)
    ? tooOld(image)
    : `${unpullable(image, injector)}, which cannot be pulled`;
  if (problem === undefined) return [];
  const refs = some.map(({ ref }) => ref);
  return [
    {
      ref: refs.length === 1 ? refs[0] : undefined,
      message: `${shortList(refs.map(refText))}: annotation ${ANNOTATION}: "${image}": with the injector of 1.2 new pods get ${problem}`,
      hint: `take the annotation out of the pod template${isAhead(context) ? ' before the control plane is upgraded' : ''}`,
      severity: isAhead(context) ? 'blocker' : 'warning',
    },
  ];
}

/** https://github.com/istio/istio/blob/1.2.10/install/kubernetes/helm/istio/files/injection-template.yaml#L83-L92 */
function isTakenAsItStands(injector: InjectorConfig | undefined): boolean {
  if (injector === undefined) return false;
  const isMisused = /sidecar\.istio\.io\/proxyImage`\s+\.Values\.global\.hub/.test(injector.template);
  return !isMisused || globalValue(injector, 'proxy', 'image').includes('/');
}

function tooOld(image: string): string | undefined {
  const version = versionOfImage(image);
  if (version === undefined || version.major > 1 || version.minor >= 2) return undefined;
  return `${image}, which does not know the arguments that 1.2 gives it (--dnsRefreshRate)`;
}

function unpullable(image: string, injector: InjectorConfig | undefined): string {
  const [name, tag] =
    injector === undefined ? ['', ''] : [globalValue(injector, 'proxy', 'image'), globalValue(injector, 'tag')];
  return `${image}/${name || 'proxyv2'}:${tag || '1.2.x'}`;
}

function globalValue({ values }: InjectorConfig, ...path: readonly string[]): string {
  return stringAt(valueAt(values, 'global', ...path)) ?? '';
}
