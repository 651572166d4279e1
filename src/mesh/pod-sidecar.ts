import { type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { annotationsOf, labelsOf } from '../core/object.ts';
import { INJECT_ANNOTATION, type PodTraits } from '../injection/decision.ts';
import { PROXY_CONTAINER } from '../injection/detect.ts';
import { PROXY_IMAGE } from '../injection/refusals.ts';
import { STATUS_ANNOTATION } from '../injection/status-annotation.ts';
import { componentImage, imageName } from './control-plane.ts';

const INBOUND_PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';

/** A part of the control plane, a gateway, or somebody's workload. */
export type PodRole = 'component' | 'gateway' | 'workload';

/** What a pod, or a template of pods, tells about itself. */
export interface PodFacts {
  readonly role: PodRole;
  /** The image that tells a component's or gateway's version, or a workload's sidecar's; undefined when a workload has no sidecar. */
  readonly image: string | undefined;
  /** It has a sidecar, or the record that injection leaves. */
  readonly isInjected: boolean;
  readonly traits: PodTraits;
  /** Annotation `sidecar.istio.io/proxyImage`: another image than the release's. */
  readonly proxyImage: string | undefined;
  /** Annotation `traffic.sidecar.istio.io/includeInboundPorts`: which ports the sidecar takes in, `*` for all. */
  readonly inboundPorts: string | undefined;
  /** What its proxy is told to be: `sidecar`, `router`, or (until 1.1) `ingress`. */
  readonly nodeType: string | undefined;
}

/**
 * What a pod is and which sidecar it has, by its container `istio-proxy`.
 * @param pod a Pod, or a template: `metadata` and `spec`
 * @param place the namespace that it is in, and the control plane's
 * @see https://github.com/istio/istio/blob/1.1.17/pilot/cmd/pilot-agent/main.go: `proxy sidecar`, `proxy router`, `proxy ingress`
 */
export function podFactsOf(
  pod: JsonObject,
  place: { readonly namespace: string; readonly istioNamespace: string },
): PodFacts {
  const containers = listAt(valueAt(pod, 'spec', 'containers'));
  const proxy = containers.find((container) => valueAt(container, 'name') === PROXY_CONTAINER);
  const role = roleOf(pod, { containers, proxy, ...place });
  const proxyImage = stringAt(valueAt(proxy, 'image'));
  return {
    role,
    image: role === 'component' ? componentImage(imagesOf(containers)) : proxyImage,
    isInjected: proxy !== undefined || Boolean(annotationsOf(pod)[STATUS_ANNOTATION]),
    traits: {
      hostNetwork: valueAt(pod, 'spec', 'hostNetwork') === true,
      inject: annotationsOf(pod)[INJECT_ANNOTATION],
      labels: labelsOf(pod),
    },
    proxyImage: annotationsOf(pod)[PROXY_IMAGE],
    inboundPorts: annotationsOf(pod)[INBOUND_PORTS],
    nodeType: stringAt(valueAt(proxy, 'args', 1)),
  };
}

interface RoleInputs {
  readonly containers: readonly Json[];
  readonly proxy: Json | undefined;
  readonly namespace: string;
  readonly istioNamespace: string;
}

function roleOf(pod: JsonObject, { containers, proxy, namespace, istioNamespace }: RoleInputs): PodRole {
  const nodeType = stringAt(valueAt(proxy, 'args', 1));
  if (nodeType === 'router' || nodeType === 'ingress') return 'gateway';
  // Elsewhere an image that is called `pilot` or `mixer` may be anybody's.
  const mayBeIstio = namespace === istioNamespace || labelsOf(pod).istio !== undefined;
  const image = componentImage(imagesOf(containers));
  return mayBeIstio && image !== undefined && imageName(image) !== 'proxyv2' ? 'component' : 'workload';
}

function imagesOf(containers: readonly Json[]): readonly string[] {
  return containers.flatMap((container) => stringAt(valueAt(container, 'image')) ?? []);
}
