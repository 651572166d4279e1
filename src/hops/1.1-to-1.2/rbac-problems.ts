import { listAt, stringAt, valueAt } from '../../core/json.ts';
import { type K8sObject, refOf, refText } from '../../core/object.ts';
import type { Problem } from '../../core/problem.ts';
import { find } from '../../core/snapshot.ts';
import { isPilot } from '../../mesh/control-plane.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { DEFAULT_NAME, IN_FORCE } from './rbac-kinds.ts';
import { modeText, whyRefused } from './rbac-spec.ts';

/** Why Pilot never looks at a RbacConfig, if so; it is then none of our business either. */
export function whyUnseen(config: K8sObject, mesh: Mesh): Problem | undefined {
  const ref = refOf(config);
  const watched = watchedNamespace(mesh);
  const hint = 'it is left as it is; delete it if nobody needs it';
  if (ref.name !== DEFAULT_NAME) {
    const message = `${refText(ref)} has no effect: Pilot looks at the name "${DEFAULT_NAME}" only`;
    return { id: 'rbac-config-not-default', severity: 'note', ref, message, hint };
  }
  if (watched === undefined || watched === ref.namespace) return undefined;
  const message = `${refText(ref)} has no effect: Pilot watches namespace ${watched} only`;
  return { id: 'rbac-config-not-watched', severity: 'note', ref, message, hint };
}

/** The namespace that Pilot was told to keep to (`-a`, with the chart's `oneNamespace`); undefined when it watches all. */
function watchedNamespace({ components, snapshot }: Mesh): string | undefined {
  const pilot = components.find(isPilot);
  const workload = pilot && find(snapshot, pilot.ref);
  const containers = listAt(valueAt(workload, 'spec', 'template', 'spec', 'containers'));
  const words = containers.flatMap((container) =>
    listAt(valueAt(container, 'args')).flatMap((word) => `${stringAt(word)}`.split(/=(.*)/, 2)),
  );
  const flag = words.findIndex((word) => word === '-a' || word === '--appNamespace');
  return flag < 0 || words[flag + 1] === '' ? undefined : words[flag + 1];
}

/** What Galley would refuse is not carried over: a blocker with the reason, or nothing. */
export function refusal(config: K8sObject): readonly Problem[] {
  const why = whyRefused(config);
  if (why === undefined) return [];
  const ref = refOf(config);
  return [
    {
      id: 'rbac-config-invalid',
      severity: 'blocker',
      ref,
      message: `${refText(ref)} cannot be carried over: ${why}`,
      hint: 'mend it, or delete it if it is not needed; to leave it for later, name the phases without config with --phase',
    },
  ];
}

/** Of several that differ, one is in force, and nobody can tell which. */
export function several(configs: readonly K8sObject[]): Problem {
  return {
    id: 'rbac-config-several',
    severity: 'warning',
    message: `${configs.length} RbacConfigs differ, and Pilot takes any one of them, at random: ${listed(configs)}; nothing is changed`,
    hint: 'decide which one is meant, delete the others, and plan again',
  };
}

/** One with another spec than what is in force has no effect; which of them is meant is for a person to say. */
export function ignored(config: K8sObject, cluster: K8sObject): Problem {
  const ref = refOf(config);
  return {
    id: 'rbac-config-ignored',
    severity: 'warning',
    ref,
    message: `${refText(ref)} (mode ${modeText(config)}) has no effect: ${refText(IN_FORCE)} (mode ${modeText(cluster)}) is in force, with another spec; nothing is changed`,
    hint: `if what is in force is meant, delete ${refText(ref)}; if not, carry its spec into ${refText(IN_FORCE)} yourself: that changes who may call what`,
  };
}

/** What is going is in force until it is gone; whether what comes then is meant, nobody can tell. */
export function terminating(config: K8sObject): Problem {
  const ref = refOf(config);
  return {
    id: 'rbac-config-terminating',
    severity: 'warning',
    ref,
    message: `${refText(ref)} is being deleted; nothing is changed`,
    hint: 'wait for its end and plan again',
  };
}

/** The manifests' own object has another phase and perhaps another spec: nothing is written in its place before. */
export function inTarget(configs: readonly K8sObject[]): Problem {
  const message = `the manifests bring ${refText(IN_FORCE)}, and from then on Pilot ignores ${listed(configs)}`;
  const hint = 'compare the two; once the manifests are applied, plan again: what is left of the old kind is told';
  return { id: 'rbac-config-in-target', severity: 'warning', message, hint };
}

/** Each with its namespace and mode. */
export function listed(configs: readonly K8sObject[]): string {
  return configs.map((config) => `${refText(refOf(config))} (mode ${modeText(config)})`).join(', ');
}
