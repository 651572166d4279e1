import { type Component, imageName } from './control-plane.ts';

// Gateways and agents on nodes are proxies themselves.
const PROXIES = ['proxyv2', 'node-agent-k8s'];

/** The components that proxies depend on. */
export function withoutProxies(components: readonly Component[]): readonly Component[] {
  return components.filter(({ image }) => !PROXIES.includes(imageName(image)));
}
