import type { PlanRequest } from '../src/app/make-plan.ts';
import { EXIT, UpgradeError } from '../src/core/errors.ts';
import { isK8sObject, type ObjectRef, parseRef, refText } from '../src/core/object.ts';
import { DEFAULT_PHASES, isPhase } from '../src/core/phase.ts';
import type { Target } from '../src/core/target.ts';
import { readManifests } from '../src/release/read-manifests.ts';
import type { Shell } from './shell.ts';

export interface PlanArguments {
  readonly filename?: readonly string[] | undefined;
  readonly phase?: readonly string[] | undefined;
  readonly namespace: string | undefined;
  readonly istioNamespace: string;
  readonly prune: boolean;
  readonly removeAnnotations: boolean;
  readonly take?: readonly string[] | undefined;
  readonly forceConflicts: boolean;
}

/** @throws UpgradeError (exit 2) for flags that say nothing that can be planned, or manifests that cannot be read: every problem at once */
export async function planRequest(
  args: PlanArguments,
  shell: Shell,
  { willWrite }: { willWrite: boolean },
): Promise<PlanRequest> {
  if (args.filename === undefined || args.filename.length === 0) {
    throw new UpgradeError("no target: name the new release's rendered manifests with -f", {
      exit: EXIT.usage,
      hint: 'such as: -f istio-init/files -f istio-1.2.yaml',
    });
  }
  if (args.namespace !== undefined && args.namespace !== args.istioNamespace) {
    throw new UpgradeError(`-n ${args.namespace}: the control plane's namespace is named with -i`, {
      exit: EXIT.usage,
      hint: `-i ${args.namespace}`,
    });
  }
  const takes = (args.take ?? []).map(parseTake);
  return {
    target: await readTarget(args.filename, shell),
    istioNamespace: args.istioNamespace,
    phases: (args.phase ?? DEFAULT_PHASES).filter(isPhase),
    prune: args.prune,
    removeAnnotations: args.removeAnnotations,
    willWrite,
    isTaken: (ref, path) =>
      args.forceConflicts || takes.some((take) => take.ref === refText(ref) && isWithin(path, take.path)),
  };
}

async function readTarget(paths: readonly string[], shell: Shell): Promise<Target> {
  const documents = await readManifests(paths, shell.stdin);
  return { objects: documents.flatMap(({ object, source }) => (isK8sObject(object) ? [{ object, source }] : [])) };
}

/** `Deployment.apps/istio-system/istio-pilot:spec.strategy` */
function parseTake(text: string): { readonly ref: string; readonly path: string } {
  const colon = text.indexOf(':');
  const ref: ObjectRef | undefined = colon < 0 ? undefined : parseRef(text.slice(0, colon));
  if (ref === undefined) {
    throw new UpgradeError(`--take: "${text}" is not REF:PATH`, {
      exit: EXIT.usage,
      hint: 'such as Deployment.apps/istio-system/istio-pilot:spec.strategy',
    });
  }
  return { ref: refText(ref), path: text.slice(colon + 1) };
}

function isWithin(path: string, whole: string): boolean {
  return path === whole || (path.startsWith(whole) && ['.', '['].includes(path.charAt(whole.length)));
}
