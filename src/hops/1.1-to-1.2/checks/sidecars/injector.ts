import { find } from '../../../../core/snapshot.ts';
import { type InjectorConfig, injectorConfigIn, injectorConfigMap } from '../../../../mesh/injector-config.ts';
import type { Mesh } from '../../../../mesh/mesh.ts';
import type { WorkloadStatus } from '../../../../mesh/workload-status.ts';
import type { CheckContext } from '../../../../plan/check.ts';
import type { LaterReads } from '../../../../plan/later-reads.ts';
import { targetObject } from '../../../every/target-object.ts';

/** What checks of the injector read besides. */
export const injectorReads: LaterReads<{ readonly mesh: Mesh }> = {
  kinds: [{ group: '', kind: 'ConfigMap', namespace: 'istio' }],
  select: ({ mesh }) => [injectorConfigMap(mesh.istioNamespace)],
};

/** The configuration of the live injector. */
export function liveInjector({ mesh }: Pick<CheckContext, 'mesh'>): InjectorConfig | undefined {
  return injectorConfigIn(find(mesh.snapshot, injectorConfigMap(mesh.istioNamespace)));
}

/** The configuration that the target brings. */
export function wantedInjector(context: Pick<CheckContext, 'mesh' | 'target'>): InjectorConfig | undefined {
  return injectorConfigIn(targetObject(context, injectorConfigMap(context.mesh.istioNamespace)));
}

/** The configuration of 1.2 that pods are, or will be, injected with; undefined where only 1.1's is known. */
export function injectorOf12(context: Pick<CheckContext, 'mesh' | 'target'>): InjectorConfig | undefined {
  const configs = [wantedInjector(context), liveInjector(context)];
  return configs.find((config) => config?.values !== undefined);
}

/** Whether the webhook gives the workload's pods their sidecar when they are created. */
export function isInjectedByWebhook({ injection: { how } }: WorkloadStatus): boolean {
  return how === 'webhook' || how === 'both' || how === 'missing';
}
