import { isObject, type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import { annotationsOf, type K8sObject } from '../core/object.ts';
import { podTemplateOf } from './pod-template.ts';

export const STATUS_ANNOTATION = 'sidecar.istio.io/status';

/** What an injector says that it has put into a template, by name. */
export interface InjectionStatus {
  readonly initContainers: readonly string[];
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  /** Named by every injector, added by the webhook only. */
  readonly imagePullSecrets: readonly string[];
  /** The template says nothing usable, and these are the names that injectors always used. */
  readonly isLegacy: boolean;
}

// pilot/pkg/kube/inject/webhook.go@1.2.10: legacyInitContainerNames and the two lists below it
const LEGACY: InjectionStatus = {
  initContainers: ['istio-init', 'enable-core-dump'],
  containers: ['istio-proxy'],
  volumes: ['istio-certs', 'istio-envoy'],
  imagePullSecrets: [],
  isLegacy: true,
};

/** The status annotation's text: of the job template for a CronJob, else of the pod template; undefined without one. */
export function statusTextOf(workload: K8sObject): string | undefined {
  const template = podTemplateOf(workload);
  if (template === undefined) return undefined;
  const [own, pods] = [template.statusMetadata, template.metadata].map((path) =>
    annotationsOf({ metadata: valueAt(workload, ...path) }),
  );
  return own?.[STATUS_ANNOTATION] ?? pods?.[STATUS_ANNOTATION];
}

/**
 * Reads a status annotation the way the webhook does (injectionStatus, pilot/pkg/kube/inject/webhook.go@1.2.10).
 * @param text undefined where there is none
 * @returns the legacy names when it is missing, unreadable, or names nothing at all
 */
export function parseStatus(text: string | undefined): InjectionStatus {
  const value = text === undefined ? undefined : parseJson(text);
  if (!isObject(value)) return LEGACY;
  const status = {
    initContainers: stringsIn(value.initContainers),
    containers: stringsIn(value.containers),
    volumes: stringsIn(value.volumes),
    imagePullSecrets: stringsIn(value.imagePullSecrets),
    isLegacy: false,
  };
  const names = [status.initContainers, status.containers, status.volumes, status.imagePullSecrets].flat();
  return names.length === 0 ? LEGACY : status;
}

function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function stringsIn(value: Json | undefined): readonly string[] {
  return listAt(value).flatMap((item) => stringAt(item) ?? []);
}
