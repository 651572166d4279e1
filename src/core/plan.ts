import type { Change } from './change.ts';
import type { JsonObject } from './json.ts';
import type { ObjectRef } from './object.ts';
import type { Phase } from './phase.ts';
import type { Problem } from './problem.ts';
import type { ApiResource } from './resources.ts';

export const PLAN_SCHEMA = 'istio-upgrade/plan/v1';

/** An object that is named but not changed, and why. */
export interface Mention {
  readonly ref: ObjectRef;
  readonly why: string;
}

/** An object to wait for: a CustomResourceDefinition to be established, a workload to be rolled out. */
export interface Awaited {
  readonly ref: ObjectRef;
  readonly resource: ApiResource;
}

/** What one side of an mTLS connection does and why: what servers take, what clients send, whether the two fit. */
export interface MtlsState {
  readonly server: 'DISABLE' | 'PERMISSIVE' | 'STRICT' | 'AMBIGUOUS';
  readonly client: 'PLAINTEXT' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
  /** Server and client cannot talk to each other. */
  readonly isConflict: boolean;
  /** The Policies and DestinationRules that say so. */
  readonly because: readonly ObjectRef[];
}

/** What becomes of the connections from some namespaces to one port of a service, to one subset or (`''`) the service as a whole. */
export interface MtlsEffect {
  readonly service: ObjectRef;
  readonly port: number;
  readonly subset: string;
  /** Namespaces whose clients follow the same rules. */
  readonly clients: readonly string[];
  readonly before: MtlsState | undefined;
  readonly after: MtlsState | undefined;
  readonly verdict: 'same' | 'weaker' | 'stricter' | 'changed' | 'new' | 'gone';
  /** What else of the clients' traffic policy or of the server's demands becomes different: `loadBalancer`, `origins` … */
  readonly alsoChanged: readonly string[];
}

/** A workload whose pods are brought to the target's sidecar. */
export interface Restart {
  readonly ref: ObjectRef;
  readonly resource: ApiResource;
  /** `roll`: its controller replaces the pods. `evict`: it does not, and they are evicted one at a time. */
  readonly way: 'roll' | 'evict';
  /** An earlier run changed its template already: nothing is written, its rollout is waited for and its pods are checked. */
  readonly isBegun: boolean;
  /** Its template holds the new sidecar itself, and no webhook has to inject its pods. */
  readonly isReinjected?: boolean;
}

/** What becomes of the workloads that were asked for. */
export interface DataPlanePlan {
  /** In the order of their namespaces, kinds and names. */
  readonly restarts: readonly Restart[];
  /** Workloads with a sidecar of another release that stay as they are. */
  readonly leftAlone: readonly Mention[];
}

/** One run of Helm and the release that it is about. */
export interface HelmOperation {
  readonly phase: 'crds' | 'control-plane';
  readonly release: string;
  readonly namespace: string;
  /** `istio-1.2.10`: the chart that is in force afterwards. */
  readonly chart: string;
  /** The revision that the run starts from. */
  readonly revision: number;
  /** The user's values that the release keeps; they may hold secrets, and are shown nowhere. */
  readonly values: JsonObject;
  /** By which a later run recognises the new revision as this tool's. */
  readonly description: string;
  readonly does: HelmAction;
}

/** `upgrade` installs the chart of the release that is upgraded to, `rollback` what an earlier revision installed. */
export type HelmAction = { readonly run: 'upgrade' } | { readonly run: 'rollback'; readonly to: number };

/** The whole upgrade as a value: what is shown, printed as JSON and applied is this. */
export interface Plan {
  readonly schema: typeof PLAN_SCHEMA;
  /** Versions as the images say them: `1.1.17`. */
  readonly from: string;
  readonly to: string;
  readonly istioNamespace: string;
  readonly cluster: { readonly address: string; readonly version: string };
  readonly phases: readonly Phase[];
  /** In the order in which they are carried out. */
  readonly changes: readonly Change[];
  readonly unchanged: readonly ObjectRef[];
  /** Parts of the manifests that are not applied. */
  readonly skipped: readonly Mention[];
  /** Objects of the installed release that the target no longer has and that stay. */
  readonly leftovers: readonly Mention[];
  readonly problems: readonly Problem[];
  /** What was looked for beforehand, by id. */
  readonly checks: readonly string[];
  /** Ids of findings that the user lets pass; those among the problems are no blockers. */
  readonly ignored: readonly string[];
  /** Connections that the plan touches or whose two sides do not fit, before or after. */
  readonly mtls: readonly MtlsEffect[];
  /** What each phase waits for after its writes. */
  readonly awaited: Readonly<Record<Phase, readonly Awaited[]>>;
  /** undefined unless phase `data-plane` is among the phases. */
  readonly dataPlane?: DataPlanePlan | undefined;
  /** Runs of Helm, at most one a release; absent where the control plane is not Helm's. */
  readonly helm?: readonly HelmOperation[] | undefined;
}

/** The effects that change how connections are protected, either way: a person has to agree to them. */
export function mtlsChanges({ mtls }: Pick<Plan, 'mtls'>): readonly MtlsEffect[] {
  return mtls.filter(({ verdict }) => verdict === 'weaker' || verdict === 'stricter' || verdict === 'changed');
}

/** Whether carrying a plan out would write anything. */
export function hasWork({ changes, helm = [] }: Pick<Plan, 'changes' | 'helm'>): boolean {
  return changes.length + helm.length > 0;
}
