import { UpgradeError } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refOf, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import type { IstioVersion } from '../core/version.ts';
import {
  type ChosenInput,
  chooseInput,
  type InjectionTexts,
  injectionTextsOf,
  overwritingOf,
} from '../injection/injection-input.ts';
import { type Reinjection, reinject } from '../injection/reinject.ts';
import type { NotReinjected } from '../mesh/data-plane.ts';
import type { InjectionMaps } from './injection-maps.ts';
import type { Injector } from './ports.ts';

/** How workloads that were injected by hand are injected anew. */
export interface ReinjectionRequest {
  /**
   * The injector of a release, or why there is none that can be used.
   * @throws UpgradeError when the one that was named cannot be used
   */
  readonly openInjector: (version: IstioVersion) => Promise<Injector | NotReinjected>;
  /** The user's own configuration, in place of the release's. */
  readonly custom: InjectionTexts;
  /** Manifests to inject instead of the live objects. */
  readonly originals: readonly K8sObject[];
}

export interface ReinjectionInputs {
  readonly version: IstioVersion;
  /** The ConfigMaps in the cluster: what the old sidecars were injected with. */
  readonly live: InjectionMaps;
  /** Those that will be in force when workloads are injected anew. */
  readonly next: InjectionMaps;
}

export interface Reinjections {
  readonly reinjected: ReadonlyMap<string, Reinjection>;
  readonly notReinjected?: NotReinjected;
  readonly problems: readonly Problem[];
}

/**
 * Asks the target's injector for workloads that were injected by hand, all at once. Nothing is written.
 * @param workloads live objects
 * @throws UpgradeError when the user's own injector or configuration cannot be used
 */
export async function reinjectAll(
  workloads: readonly K8sObject[],
  request: ReinjectionRequest,
  inputs: ReinjectionInputs,
): Promise<Reinjections> {
  const chosen = choose(request, inputs);
  if (isRefusal(chosen)) return refused(chosen);
  const injector = await request.openInjector(inputs.version);
  if (isRefusal(injector)) return refused(injector);
  const options = {
    injector,
    input: chosen.input,
    old: overwritingOf({ ...textsOf(inputs.live), ...given(request.custom) }),
    originalOf: (ref: ObjectRef) => originalOf(ref, request.originals),
  };
  const problems = [...chosen.moves.map(tagMoved), ...unused(request.originals, workloads)];
  return { ...(await answered(workloads, options)), problems };
}

/** What is wrong with the release's own texts leaves workloads alone; what is wrong with the user's is an error. */
function choose({ custom }: ReinjectionRequest, { next, version }: ReinjectionInputs): ChosenInput | NotReinjected {
  try {
    return chooseInput(textsOf(next), custom, version);
  } catch (error) {
    if (!(error instanceof UpgradeError) || Object.keys(given(custom)).length > 0) throw error;
    return { why: error.message, hint: error.hint };
  }
}

async function answered(
  workloads: readonly K8sObject[],
  options: Parameters<typeof reinject>[1],
): Promise<Omit<Reinjections, 'problems'>> {
  try {
    const results = await reinject(workloads, options);
    return { reinjected: new Map(results.map((result) => [refText(refOf(result.live)), result])) };
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    return refused({ why: error.message, hint: error.hint });
  }
}

function isRefusal(value: object): value is NotReinjected {
  return 'why' in value;
}

function refused(notReinjected: NotReinjected): Reinjections {
  return { reinjected: new Map<string, Reinjection>(), notReinjected, problems: [] };
}

function textsOf({ mesh, injector }: InjectionMaps): InjectionTexts {
  return injectionTextsOf(mesh, injector);
}

function given(texts: InjectionTexts): InjectionTexts {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}

function tagMoved({ source, where, before, after }: ChosenInput['moves'][number]): Problem {
  return {
    id: 'inject-config-tag',
    severity: 'note',
    message: `${source} (${where}): ${before} becomes ${after} for this injection`,
    hint: 'change it there too: the file itself stays as it is',
  };
}

/** Somebody may have mistaken a name. */
function unused(originals: readonly K8sObject[], workloads: readonly K8sObject[]): readonly Problem[] {
  const used = new Set(workloads.map((live) => originalOf(refOf(live), originals)));
  return originals
    .filter((original) => !used.has(original))
    .map((original) => ({
      id: 'original-unused',
      severity: 'note',
      message: `original manifest ${refText(refOf(original))} is of no workload that is injected anew`,
    }));
}

/** A manifest may be of an older API version; one without a namespace is of whichever is asked about. */
function originalOf({ kind, namespace, name }: ObjectRef, originals: readonly K8sObject[]): K8sObject | undefined {
  const same = originals.filter((one) => one.kind === kind && one.metadata.name === name);
  return (
    same.find(({ metadata }) => metadata.namespace === namespace) ??
    same.find(({ metadata }) => metadata.namespace === undefined)
  );
}
