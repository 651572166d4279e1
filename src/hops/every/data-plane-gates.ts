import { refText } from '../../core/object.ts';
import type { Problem } from '../../core/problem.ts';
import { readinessOf } from '../../core/readiness.ts';
import { find } from '../../core/snapshot.ts';
import { sameRelease, versionText } from '../../core/version.ts';
import type { Component } from '../../mesh/control-plane.ts';
import type { DataPlane } from '../../mesh/data-plane.ts';
import { withoutProxies } from '../../mesh/without-proxies.ts';
import type { RuleContext } from '../../plan/rule.ts';

/**
 * Why no workload may be restarted now: the control plane is of another release or not ready, or the injector has no endpoint. Where the
 * same plan upgrades the control plane first, this is looked at when the time has come.
 */
export function dataPlaneGates(
  { mesh, phases, target }: RuleContext,
  dataPlane: DataPlane,
  { needsInjector }: { readonly needsInjector: boolean },
): readonly Problem[] {
  if (phases.includes('control-plane') && target.objects.length > 0) return [];
  const components = withoutProxies(mesh.components);
  return [
    ...components.flatMap((component) => behind(component, dataPlane)),
    ...components.flatMap((component) => unready(component, mesh.snapshot)),
    ...(needsInjector ? withoutInjector(dataPlane, mesh.istioNamespace) : []),
  ];
}

function behind({ ref, version }: Component, dataPlane: DataPlane): readonly Problem[] {
  if (version === undefined || sameRelease(version, dataPlane.version)) return [];
  const wanted = versionText(dataPlane.version);
  return [
    {
      id: 'control-plane-version',
      severity: 'blocker',
      ref,
      message: `${refText(ref)} is of Istio ${versionText(version)}, the sidecars would be of ${wanted}`,
      hint: 'upgrade the control plane first, with phase control-plane',
    },
  ];
}

function unready({ ref }: Component, snapshot: RuleContext['mesh']['snapshot']): readonly Problem[] {
  const live = find(snapshot, ref);
  const readiness = live === undefined ? undefined : readinessOf(live);
  if (readiness === undefined || readiness.state === 'ready') return [];
  return [
    {
      id: 'control-plane-not-ready',
      severity: 'blocker',
      ref,
      message: `${refText(ref)} is not ready: ${readiness.why}`,
      hint: 'wait until the control plane is ready (kubectl rollout status), then plan again',
    },
  ];
}

function withoutInjector({ injectorAddresses }: DataPlane, istioNamespace: string): readonly Problem[] {
  if (injectorAddresses === undefined || injectorAddresses > 0) return [];
  return [
    {
      id: 'injector-not-ready',
      severity: 'blocker',
      ref: { group: '', kind: 'Endpoints', namespace: istioNamespace, name: 'istio-sidecar-injector' },
      message: `the injector has no ready endpoint (Endpoints/${istioNamespace}/istio-sidecar-injector): new pods would get no sidecar, or be refused`,
      hint: 'wait until istio-sidecar-injector is ready, then plan again',
    },
  ];
}
