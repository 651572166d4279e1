import { UpgradeError } from '../core/errors.ts';
import { listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import { shortList } from '../core/short-list.ts';
import { parseVersion, sameRelease, versionOfImage } from '../core/version.ts';

const SHOWN = 3;

/**
 * What is wrong with a pod's sidecar, in words.
 * @param release what it shall be of, `1.2.10`
 * @returns undefined when it is of that release
 */
export function sidecarFault(pod: K8sObject, release: string): string | undefined {
  const containers = listAt(valueAt(pod, 'spec', 'containers'));
  const proxy = containers.find((container) => valueAt(container, 'name') === 'istio-proxy');
  const name = pod.metadata.name;
  if (proxy === undefined) return `pod ${name} has no container istio-proxy: nothing injected one`;
  const image = stringAt(valueAt(proxy, 'image')) ?? '';
  const [found, wanted] = [versionOfImage(image), parseVersion(release)];
  if (found !== undefined && wanted !== undefined && sameRelease(found, wanted)) return undefined;
  return `pod ${name}, container istio-proxy: image ${image} is not of Istio ${release}`;
}

/** @throws UpgradeError unless all these pods have a sidecar of the release */
export function checkSidecars(ref: ObjectRef, pods: readonly K8sObject[], release: string): void {
  const faults = pods.flatMap((pod) => sidecarFault(pod, release) ?? []);
  if (faults.length === 0) return;
  throw new UpgradeError(`${refText(ref)}: restarted, but ${shortList(faults, SHOWN, '; ')}`, {
    hint: 'see which release istio-sidecar-injector and its ConfigMap are of, and run the same command again: it is restarted once more',
  });
}
