import type { DataPlaneRequest } from '../../src/app/data-plane.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { Release } from '../../src/app/ports.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import { DEFAULT_PHASES, isPhase, type Phase } from '../../src/core/phase.ts';
import { HOPS } from '../../src/hops/index.ts';
import { ignorable } from '../../src/plan/ignorable.ts';
import type { Shell } from '../shell.ts';
import { readTarget } from './read-target.ts';
import { type ReinjectionArguments, reinjectionFlagsIn, reinjectionRequest } from './reinjection-request.ts';
import type { ReleaseArguments } from './release-request.ts';
import { takenBy } from './taken.ts';

export interface PlanArguments extends ReinjectionArguments, ReleaseArguments {
  readonly phase?: readonly string[] | undefined;
  readonly allNamespaces: boolean;
  readonly selector?: string | undefined;
  readonly evict: boolean;
  readonly namespace: string | undefined;
  readonly istioNamespace: string;
  readonly prune: boolean;
  readonly removeAnnotations: boolean;
  readonly take?: readonly string[] | undefined;
  readonly forceConflicts: boolean;
  readonly ignore?: readonly string[] | undefined;
}

/**
 * What the flags ask for. A release's target is rendered later, when the mesh is known.
 * @throws UpgradeError (exit 2) for flags that say nothing that can be planned, or manifests that cannot be read: every problem at once
 */
export async function planRequest(
  args: PlanArguments,
  shell: Shell,
  { willWrite, release }: { readonly willWrite: boolean; readonly release: Release | undefined },
): Promise<PlanRequest> {
  const ignored = ignorable(args.ignore ?? [], HOPS);
  const { filename = [] } = args;
  const hasTarget = filename.length > 0 || release !== undefined;
  const phases = (args.phase ?? (hasTarget ? DEFAULT_PHASES : ['config'])).filter(isPhase);
  if (!hasTarget) refuseWithoutTarget(phases);
  const dataPlane = await dataPlaneRequest({ ...args, releaseDirectory: release?.directory }, phases, shell);
  const isTaken = takenBy(args);
  return {
    target: await readTarget(filename, shell),
    istioNamespace: args.istioNamespace,
    phases,
    dataPlane,
    prune: args.prune,
    removeAnnotations: args.removeAnnotations,
    willWrite,
    ignored,
    isTaken,
  };
}

/** Nothing can be installed without the release's manifests. */
function refuseWithoutTarget(phases: readonly Phase[]): void {
  const [first] = phases.filter((phase) => phase === 'crds' || phase === 'control-plane');
  if (first === undefined) return;
  throw new UpgradeError(
    `no target: phase ${first} installs the new release, name it with --release, or its rendered manifests with -f`,
    {
      exit: EXIT.usage,
      hint: 'such as: --release istio-1.2.10; without a target only config and data-plane have anything to do',
    },
  );
}

async function dataPlaneRequest(
  args: PlanArguments,
  phases: readonly Phase[],
  shell: Shell,
): Promise<DataPlaneRequest | undefined> {
  const { namespace, allNamespaces, selector, evict, istioNamespace } = args;
  if (phases.includes('data-plane')) {
    if (namespace === undefined && !allNamespaces)
      throw new UpgradeError('phase data-plane restarts workloads: name their namespace with -n, or all with -A', {
        exit: EXIT.usage,
        hint: 'kubectl istio-upgrade status --stale shows which have an old sidecar',
      });
    const asked = allNamespaces ? undefined : namespace;
    const reinjection = await reinjectionRequest(args, shell, asked);
    return { namespace: asked, labelSelector: selector, evicts: evict, reinjection };
  }
  const [flag] = [
    ...(allNamespaces ? ['-A'] : []),
    ...(selector === undefined ? [] : ['-l']),
    ...(evict ? ['--evict'] : []),
    ...reinjectionFlagsIn(args),
  ];
  if (flag !== undefined)
    throw new UpgradeError(`${flag} says which workloads are restarted and how, which only phase data-plane does`, {
      exit: EXIT.usage,
      hint: 'add --phase data-plane',
    });
  if (namespace !== undefined && namespace !== istioNamespace)
    throw new UpgradeError(`-n ${namespace}: the control plane's namespace is named with -i`, {
      exit: EXIT.usage,
      hint: `-i ${namespace}`,
    });
  return undefined;
}
