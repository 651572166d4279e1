import { type Json, listAt, stringAt, valueAt } from '../../../src/core/json.ts';
import { type K8sObject, uidOf } from '../../../src/core/object.ts';
import type { Answer } from './answer.ts';
import type { TestCluster } from './cluster.ts';
import { hostIP, namedNode, node, now, podIP } from './nodes.ts';
import { hasStatus, podStatus, type Readiness } from './pod-status.ts';
import type { RawClient } from './raw-client.ts';
import { type WatchEvent, type Watching, watchObjects } from './watch.ts';

export type { NotReady, Readiness } from './pod-status.ts';

const EXPECTED = [404, 409];
const FINAL_PHASES = ['Succeeded', 'Failed'];

/**
 * Scheduler and kubelets in one: nodes that are always ready, on which every pod runs at once, or does what `readiness` says.
 * No container is started anywhere.
 */
export async function standInKubelet(
  cluster: TestCluster,
  { nodes = 2 }: { readonly nodes?: number } = {},
): Promise<StandInKubelet> {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  for (const [index, name] of names.entries()) {
    accept(await cluster.request('POST', '/api/v1/nodes', node(name, hostIP(index))));
  }
  const kubelet = new StandInKubelet(cluster, names);
  cluster.onStop(() => kubelet.stop());
  await kubelet.start();
  return kubelet;
}

export class StandInKubelet {
  readonly nodes: readonly string[];
  readonly #client: RawClient;
  readonly #pods = new Map<string, K8sObject>();
  readonly #busy = new Set<string>();
  readonly #again = new Set<string>();
  readonly #addresses = new Map<string, string>();
  readonly #used = new Set<string>();
  #readiness: (pod: K8sObject) => Readiness = () => true;
  #watching: Watching | undefined;
  #isStopped = false;
  #bindings = 0;

  constructor(client: RawClient, nodes: readonly string[]) {
    this.#client = client;
    this.nodes = nodes;
  }

  get readiness(): (pod: K8sObject) => Readiness {
    return this.#readiness;
  }

  /** Pods that run already are looked at again. */
  set readiness(readiness: (pod: K8sObject) => Readiness) {
    this.#readiness = readiness;
    for (const uid of this.#pods.keys()) this.#look(uid);
  }

  async start(): Promise<void> {
    this.#watching = watchObjects(this.#client, '/api/v1/pods', (event) => this.#seen(event));
    await this.#watching.listed;
  }

  stop(): void {
    this.#isStopped = true;
    this.#watching?.stop();
  }

  #seen({ type, object }: WatchEvent): void {
    const uid = uidOf(object) ?? '';
    if (type === 'DELETED') {
      this.#pods.delete(uid);
      return;
    }
    this.#pods.set(uid, object);
    this.#look(uid);
  }

  /** One at a time for one pod; what happens meanwhile is looked at afterwards. */
  #look(uid: string): void {
    if (this.#busy.has(uid)) this.#again.add(uid);
    else void this.#attend(uid);
  }

  async #attend(uid: string): Promise<void> {
    this.#busy.add(uid);
    try {
      do {
        this.#again.delete(uid);
        const pod = this.#pods.get(uid);
        if (pod && !this.#isStopped) await this.#run(pod);
      } while (this.#again.has(uid) && !this.#isStopped);
    } catch (error) {
      if (!this.#isStopped) throw error;
    } finally {
      this.#busy.delete(uid);
    }
  }

  async #run(pod: K8sObject): Promise<void> {
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
    const uid = uidOf(pod) ?? '';
    if (pod.metadata.deletionTimestamp !== undefined) {
      accept(await this.#client.request('DELETE', path, { gracePeriodSeconds: 0, preconditions: { uid } }));
      return;
    }
    if (FINAL_PHASES.includes(`${valueAt(pod, 'status', 'phase')}`)) return;
    const bound = stringAt(valueAt(pod, 'spec', 'nodeName'));
    const nodeName = bound ?? this.#nodeFor(pod);
    if (bound === undefined && !(await this.#bind(pod, path, nodeName))) return;
    await this.#report(pod, path, nodeName);
  }

  async #bind(pod: K8sObject, path: string, nodeName: string): Promise<boolean> {
    const target = { apiVersion: 'v1', kind: 'Node', name: nodeName };
    const metadata = { name: pod.metadata.name, uid: uidOf(pod) };
    const answer = await this.#client.request('POST', `${path}/binding`, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata,
      target,
    });
    return accept(answer);
  }

  async #report(pod: K8sObject, path: string, nodeName: string): Promise<void> {
    const place = { hostIP: hostIP(this.nodes.indexOf(nodeName)), podIP: this.#addressOf(pod), now: now() };
    const status = podStatus(pod, this.#readiness(pod), place);
    if (hasStatus(pod, status)) return;
    const patch = { metadata: { uid: uidOf(pod) }, status };
    const contentType = 'application/merge-patch+json';
    accept(await this.#client.request('PATCH', `${path}/status?fieldManager=kubelet`, patch, { contentType }));
  }

  #addressOf(pod: K8sObject): string {
    const uid = uidOf(pod) ?? '';
    const address = stringAt(valueAt(pod, 'status', 'podIP')) ?? this.#addresses.get(uid) ?? this.#freeAddress();
    this.#addresses.set(uid, address);
    this.#used.add(address);
    return address;
  }

  #freeAddress(): string {
    let index = this.#used.size;
    while (this.#used.has(podIP(index))) index++;
    return podIP(index);
  }

  /** A DaemonSet's pods name their node; the others go round. */
  #nodeFor(pod: K8sObject): string {
    return namedNode(pod) ?? this.nodes[this.#bindings++ % this.nodes.length] ?? '';
  }
}

/** An object that is gone, was changed meanwhile or exists already is nobody's fault. @throws Error for any other refusal */
function accept({ status, body }: Answer): boolean {
  if (status < 300) return true;
  if (EXPECTED.includes(status) || isOfAnother(body)) return false;
  throw new Error(`the stand-in kubelet was refused: ${JSON.stringify(body)}`);
}

/** A pod of the same name has taken its place, as those of StatefulSets do. */
function isOfAnother(body: Json): boolean {
  return listAt(valueAt(body, 'details', 'causes')).some((cause) => valueAt(cause, 'field') === 'metadata.uid');
}
