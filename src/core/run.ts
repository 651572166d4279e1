import type { JsonObject } from './json.ts';
import type { K8sObject, ObjectRef } from './object.ts';
import type { Phase, Stage } from './phase.ts';
import type { Restart } from './plan.ts';
import type { ApiResource } from './resources.ts';

export const RUN_SCHEMA = 'istio-upgrade/run/v1';

export const RUN_RESULTS = ['done', 'failed', 'interrupted'] as const;

/** How a run ended; one that was cut off has none. */
export interface Outcome {
  readonly result: (typeof RUN_RESULTS)[number];
  /** RFC 3339. */
  readonly at: string;
  /** Why it did not end well. */
  readonly message?: string | undefined;
}

/** Where in its plan an object stood. */
export interface RunChange {
  readonly ref: ObjectRef;
  readonly phase: Phase;
  readonly stage: Stage;
  /** What the object was first, where it was changed in two stages. */
  readonly via?: K8sObject | undefined;
}

/** A run as it is kept: what was to be done, by whom, on which cluster, and how it ended. */
export interface RunRecord {
  readonly schema: typeof RUN_SCHEMA;
  /** Sorts by time. */
  readonly id: string;
  readonly tool: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** `user@host`, with the kubeconfig's context and user where there are any. */
  readonly by: { readonly account: string; readonly context?: string | undefined; readonly user?: string | undefined };
  /** `uid` is that of namespace kube-system: a cluster's address may change, and two clusters may have the same. */
  readonly cluster: { readonly address: string; readonly uid?: string | undefined };
  readonly istioNamespace: string;
  readonly from: string;
  readonly to: string;
  readonly phases: readonly Phase[];
  /** The words on the command line, without credentials. */
  readonly words: readonly string[];
  /** What the question was answered with; `--yes` where it was not asked. */
  readonly answer: string;
  readonly ignored: readonly string[];
  /** The runs that this one takes back. */
  readonly undoes: readonly string[];
  /** Helm made its changes to the control plane, and Helm takes them back. */
  readonly isHelms: boolean;
  readonly changes: readonly RunChange[];
  readonly restarts: readonly Restart[];
  /** The plan as `-o json` prints it, values of Secrets masked. */
  readonly plan: JsonObject;
  readonly outcome?: Outcome | undefined;
}

export const WRITE_VERBS = ['apply', 'update', 'patch', 'delete', 'evict'] as const;
export type WriteVerb = (typeof WRITE_VERBS)[number];

/** An object right before one write. */
export interface WriteAhead {
  readonly verb: WriteVerb;
  readonly ref: ObjectRef;
  readonly resource: ApiResource;
  /** The whole object with its record of owners; undefined when there was none. */
  readonly before: K8sObject | undefined;
}

/** One write of a run: `refused` had no effect; of one that is `unanswered` only the live object can tell. */
export type JournalEntry = WriteAhead &
  (
    | { readonly result: 'done'; readonly after: K8sObject | undefined }
    | { readonly result: 'refused' | 'unanswered'; readonly after?: undefined }
  );

/** A run with everything that it wrote, in order. */
export interface KeptRun {
  readonly record: RunRecord;
  readonly entries: readonly JournalEntry[];
}
