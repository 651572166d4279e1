import type { PlanRequest } from '../../src/app/plan-request.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import { type ObjectRef, parseRef, refText } from '../../src/core/object.ts';

export interface TakeArguments {
  readonly take?: readonly string[] | undefined;
  readonly forceConflicts: boolean;
}

/**
 * Which fields are taken although somebody else owns or changed them.
 * @throws UpgradeError (exit 2) for a --take that names no field of an object
 */
export function takenBy({ take = [], forceConflicts }: TakeArguments): PlanRequest['isTaken'] {
  const takes = take.map(parseTake);
  return (ref, path) => forceConflicts || takes.some((one) => one.ref === refText(ref) && isWithin(path, one.path));
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
