import { canonicalJson, stringAt, valueAt } from '../../../../core/json.ts';
import { lastAppliedOf } from '../../../../core/last-applied.ts';
import { type ObjectRef, refText } from '../../../../core/object.ts';
import { find } from '../../../../core/snapshot.ts';
import { type InjectorConfig, injectorConfigMap } from '../../../../mesh/injector-config.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { injectorReads, liveInjector, wantedInjector } from './injector.ts';
import { imagesOfAnotherRelease, pinnedImages } from './pinned-images.ts';

/** An injection configuration that is not the release's: the upgrade replaces it whole. */
export const pinnedInjection: Check = {
  id: 'pinned-injection',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/additional-setup/sidecar-injection/',
  explain: `ConfigMap istio-sidecar-injector says what a sidecar looks like and which pods get one. Its template is a new one in 1.2, in another template language and with values beside it, so that nothing of a template of 1.1 can stay: what was changed in it by hand, an image that it pins, its policy and its alwaysInjectSelector and neverInjectSelector are gone with the upgrade, unless the target's manifests say the same. Pods then get a sidecar, or none, or another one, from their next start on.
kubectl -n istio-system get configmap istio-sidecar-injector -o yaml shows what is in force. Set the same in the values that the target is rendered with: sidecarInjectorWebhook.alwaysInjectSelector and neverInjectSelector, global.proxy.autoInject for the policy, global.hub, global.tag and global.proxy.image for the image; what no value says has to be put into the target's template. The tag in the target's values has to be the target's own: a sidecar of 1.1 exits on arguments of 1.2.`,
  readsBesides: injectorReads,
  find(context) {
    const ref = injectorConfigMap(context.mesh.istioNamespace);
    const [live, wanted] = [liveInjector(context), wantedInjector(context)];
    return [
      ...(live === undefined ? [] : pinnedImages(live, wanted, context)),
      ...changedByHand(ref, context),
      ...(live === undefined || wanted === undefined ? [] : lostDecisions(ref, live, wanted)),
      ...(wanted === undefined ? [] : imagesOfAnotherRelease(wanted, context)),
    ];
  },
};

/** What kubectl applied last is not what is there. */
function changedByHand(ref: ObjectRef, { mesh }: CheckContext): readonly Finding[] {
  const live = find(mesh.snapshot, ref);
  const applied = live && stringAt(valueAt(lastAppliedOf(live), 'data', 'config'));
  if (applied === undefined || applied === stringAt(valueAt(live, 'data', 'config'))) return [];
  return [
    {
      ref,
      message: `${refText(ref)}: data.config was changed after it was applied; the release's own configuration replaces it`,
      hint: 'compare it with annotation kubectl.kubernetes.io/last-applied-configuration, and carry the change over to the target',
    },
  ];
}

const DECISIONS = ['policy', 'alwaysInjectSelector', 'neverInjectSelector'] as const;

function lostDecisions(ref: ObjectRef, live: InjectorConfig, wanted: InjectorConfig): readonly Finding[] {
  return DECISIONS.flatMap((key) => {
    const [before, after] = [live, wanted].map((config) => canonicalJson(config[key]));
    if (before === after) return [];
    return [
      {
        ref,
        message: `${refText(ref)}: ${key} becomes ${after}, and is ${before}: other pods get a sidecar than today`,
        hint: `render the target with ${valueFor(key)}, or make sure that the change is meant`,
      },
    ];
  });
}

function valueFor(key: (typeof DECISIONS)[number]): string {
  return key === 'policy' ? 'the global.proxy.autoInject of today' : `the sidecarInjectorWebhook.${key} of today`;
}
