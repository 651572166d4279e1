import type { JsonObject } from '../core/json.ts';
import type { K8sObject, ObjectRef } from '../core/object.ts';
import type { HelmOperation } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResource, ApiResources } from '../core/resources.ts';
import type { Right } from '../core/right.ts';
import type { WriteAhead } from '../core/run.ts';
import type { Target, TargetObject } from '../core/target.ts';
import type { IstioVersion } from '../core/version.ts';
import type { Rewriting } from '../plan/rewritten-record.ts';

export { FIELD_MANAGER } from '../core/field-manager.ts';
export type { Injector, InjectorInput } from '../injection/injector.ts';

export interface ListQuery {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Of each object apiVersion, kind and metadata only: nothing else leaves the server. */
  readonly isMetadataOnly?: boolean | undefined;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
}

export type JsonPatch = readonly {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}[];

export interface DeleteOptions {
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/**
 * A cluster, as far as an upgrade needs one: an API server, or a snapshot in memory.
 * Objects are raw JSON. Every method throws `ApiError` for an answer that is not a success, `UpgradeError` where no answer came.
 */
export interface Cluster {
  /** Where it is, for messages: a server's URL or a snapshot's file name. */
  readonly address: string;
  /** `v1.20.2` */
  version(): Promise<string>;
  /** @param groups the API groups to ask about (the core group is the empty text); all of them when absent */
  discover(groups?: readonly string[]): Promise<ApiResources>;
  /** @returns undefined when there is no such object */
  get(resource: ApiResource, ref: Pick<ObjectRef, 'namespace' | 'name'>): Promise<K8sObject | undefined>;
  /** Every object of a list, page by page. */
  list(resource: ApiResource, query?: ListQuery): AsyncIterable<K8sObject>;
  /** Server-side apply under `FIELD_MANAGER`. With `force`, fields that other managers own are taken from them. */
  apply(
    resource: ApiResource,
    body: K8sObject,
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<K8sObject>;
  /** Replaces the object; `metadata.resourceVersion` in the body is the lock. */
  update(resource: ApiResource, body: K8sObject, options?: WriteOptions): Promise<K8sObject>;
  /** A JSON patch (RFC 6902). */
  patch(resource: ApiResource, ref: Pick<ObjectRef, 'namespace' | 'name'>, patch: JsonPatch): Promise<K8sObject>;
  delete(resource: ApiResource, ref: Pick<ObjectRef, 'namespace' | 'name'>, options?: DeleteOptions): Promise<void>;
  /**
   * What a Service of the cluster answers to a GET, by way of the API server.
   * @returns undefined where nothing answers with success, or one may not ask
   */
  askService(service: ServicePort, path: string): Promise<string | undefined>;
  /** Whether the user has a right; undefined where the server does not say. */
  allows(right: Right): Promise<boolean | undefined>;
  /** Open connections, if any, are closed. */
  close(): Promise<void>;
}

/** What a run writes, kept where the next run and the way back find it. */
export interface Journal {
  /**
   * Keeps an object as it is before a write; it is safe when this resolves.
   * @returns the number of the write
   * @throws UpgradeError when it cannot be kept: nothing may be written then
   */
  before(write: WriteAhead): Promise<number>;
  /** Keeps what the server answered. What cannot be kept fails the next `before`, not this: the write is made. */
  done(write: number, after: K8sObject | undefined): Promise<void>;
  /** Keeps that the server refused a write. */
  refused(write: number): Promise<void>;
}

/** A document of a manifest, with where it stands. */
export interface ManifestDocument {
  readonly object: JsonObject;
  /** `control-plane.yaml, document 3, line 41` */
  readonly source: string;
}

/** What of the live mesh decides how a release is rendered for it. */
export interface LiveRelease {
  readonly istioNamespace: string;
  /** The label `release` of what is installed; undefined where it has none. */
  readonly name: string | undefined;
  /** Its label `heritage`: who rendered it. */
  readonly heritage: string | undefined;
  /** The API server's: `v1.20.2` */
  readonly kubernetes: string;
  readonly hasCertManager: boolean;
  /** Secrets in which Helm may have kept its records of releases; undefined unless they were asked for. */
  readonly records: readonly K8sObject[] | undefined;
}

export interface RenderedRelease {
  readonly target: Target;
  /** What was done to render it, and what the renderer said. */
  readonly problems: readonly Problem[];
}

/** A release of Istio, unpacked: its charts and CustomResourceDefinitions. */
export interface Release {
  /** What it is called: a directory, an archive, or a version. */
  readonly name: string;
  readonly version: IstioVersion;
  readonly directory: string;
  /** Whether the values that Helm recorded of the installed release are asked for. */
  readonly reusesValues: boolean;
  render(live: LiveRelease): Promise<RenderedRelease>;
  /** What it was unpacked into for the while is removed. */
  close(): Promise<void>;
}

/** What a program said. */
export interface ProgramOutput {
  /** undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HelmRun {
  /** Called for each line that Helm prints when it is complete; all of them are in the answer too. */
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
  /** Ends Helm when it fires; the answer has no code then. */
  readonly signal?: AbortSignal | undefined;
  /** A Ctrl-C at the terminal is this program's, not its: what it is at is finished. */
  readonly isDetached?: boolean | undefined;
}

/** The user's Helm, 3 or newer. */
export interface Helm {
  readonly path: string;
  readonly version: { readonly major: number; readonly minor: number; readonly patch: number };
  /** Runs it to its end. A failure is an answer, not an exception: its code says so. */
  run(args: readonly string[], options?: HelmRun): Promise<ProgramOutput>;
}

/** One revision of a release, as Helm 3 and newer keep it. */
export interface HelmRevision {
  readonly release: string;
  readonly namespace: string;
  readonly revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade` … */
  readonly status: string;
  readonly description: string;
  readonly chart: HelmChart;
  /** The user's values, without the chart's defaults. */
  readonly values: JsonObject;
  /** Helm 4 applies a release by server-side apply where it was installed so. */
  readonly isAppliedByServer: boolean;
  /** Its manifest: hooks are in no record's manifest. */
  readonly objects: readonly TargetObject[];
}

/** Helm's records, which are Secrets. */
export interface HelmRecords {
  /** @throws UpgradeError when the Secret holds something else */
  read(secret: K8sObject): HelmRevision;
  /** The Secret with some objects of its manifest rewritten, all else letter for letter. */
  rewrite(secret: K8sObject, rewritings: readonly Rewriting[]): K8sObject;
}

/** A chart's name and version, as its Chart.yaml says them. */
export interface HelmChart {
  readonly name: string;
  readonly version: string;
}

/** What `helm upgrade` would install. */
export interface HelmPreview {
  readonly chart: HelmChart;
  readonly objects: readonly TargetObject[];
  readonly hooks: readonly TargetObject[];
}

/** The user's Helm with the charts of the release to upgrade to, as far as releases are concerned. */
export interface HelmReleases {
  /**
   * What upgrading would install.
   * @param phase whose chart: `istio` for the control plane, `istio-init` for the CustomResourceDefinitions
   * @param live the revision that is upgraded; its values are kept
   * @throws UpgradeError when Helm refuses
   */
  preview(phase: 'control-plane' | 'crds', live: HelmRevision, options: PreviewOptions): Promise<HelmPreview>;
  /** Runs it without hooks, and tells line by line what it prints. @throws UpgradeError when it does not succeed */
  run(operation: HelmOperation): AsyncIterable<string>;
}

export interface PreviewOptions {
  /** Whether a dry-run can say it, for which Helm builds all objects of both manifests; else the chart is only rendered. */
  readonly isBuildable: boolean;
  /** The API server's version: `v1.20.2` */
  readonly kubernetes: string;
}

/** Keeps an object as it was on disk. @returns where */
export type KeepPreImage = (object: K8sObject) => Promise<string>;

/** Time, as an argument. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
