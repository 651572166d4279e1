import { randomUUID } from 'node:crypto';
import { type Json, valueAt } from '../../../src/core/json.ts';
import { uidOf } from '../../../src/core/object.ts';
import type { CertificateAuthority } from './certificates.ts';
import { Etcd, type Restored, type SavedState } from './etcd.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type Ran, runKubectl } from './kubectl.ts';
import { assertRuns, type Processes, type RunningProgram } from './processes.ts';
import { RawClient } from './raw-client.ts';
import { groupsOf, type PolicyRule, tokenOf, type User } from './users.ts';
import { eventually } from './waiting.ts';

export interface ClusterParts {
  readonly directory: string;
  readonly processes: Processes;
  readonly authority: CertificateAuthority;
  readonly etcdUrl: string;
  readonly url: string;
  /** The API server, and what it was started with. */
  readonly server: { readonly running: RunningProgram; readonly args: readonly string[] };
  /** The controller manager's arguments, given a kubeconfig. */
  readonly controllers: (kubeconfig: string) => readonly string[];
}

const PROBE = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'kube-public' },
} as const;

/** A running control plane, and the requests that a test makes to it. */
export class TestCluster extends RawClient {
  readonly authority: CertificateAuthority;
  /** For a test's own files; removed with the cluster. */
  readonly directory: string;
  readonly #parts: ClusterParts;
  readonly #etcd: Etcd;
  readonly #stoppers: (() => void | Promise<void>)[] = [];
  #controllers: RunningProgram | undefined;
  #server: RunningProgram;

  constructor(parts: ClusterParts) {
    super(parts.url, parts.authority.own.cert);
    this.#server = parts.server.running;
    this.authority = parts.authority;
    this.directory = parts.directory;
    this.#parts = parts;
    this.#etcd = new Etcd(parts.etcdUrl);
  }

  /** The path of a kubeconfig for that user, who shows a token or a client certificate. */
  kubeconfig(user: User = 'admin', credential: 'token' | 'certificate' = 'token'): string {
    const credentials = credential === 'token' ? { token: tokenOf(user) } : this.#clientCertificate(user);
    const name = credential === 'token' ? user : `${user}-certificate`;
    const { directory, authority, url } = this.#parts;
    return writeKubeconfig(directory, { server: url, caData: authority.bundle, name, credentials });
  }

  kubectl(args: readonly string[], options: { readonly input?: string; readonly user?: User } = {}): Promise<Ran> {
    const { directory } = this.#parts;
    return runKubectl(args, { kubeconfig: this.kubeconfig(options.user), directory, input: options.input });
  }

  /** Gives a user these rules in all namespaces, by a ClusterRole of its own, and waits until they are in force. */
  async grant(user: User, rules: readonly PolicyRule[]): Promise<void> {
    const name = `${user}-${randomUUID()}`;
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name } };
    const apiGroup = 'rbac.authorization.k8s.io';
    const body: Json = rules.map((rule) => ({ ...rule }));
    await this.create({ ...rbac, kind: 'ClusterRole', rules: body });
    await this.create({
      ...rbac,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ apiGroup, kind: 'User', name: user }],
    });
    for (const rule of rules.slice(0, 1)) await this.#inForce(user, rule);
  }

  /** Everything stored now. Take it when nothing is on its way, or what is on its way will be so again. */
  saveState(): Promise<SavedState> {
    return this.#etcd.save();
  }

  /**
   * Puts everything back as it was: the same uids, new resource versions. The API server keeps running and sees ordinary changes; the
   * controllers start anew, since they remember what they saw deleted.
   */
  async restoreState(saved: SavedState): Promise<Restored> {
    await this.stopControllers();
    const restored = await this.#etcd.restore(saved);
    await this.startControllers();
    return restored;
  }

  /** Starts the controllers and waits until they work: a service account that is gone comes back. */
  async startControllers(): Promise<void> {
    const { processes, controllers } = this.#parts;
    const running = processes.start('kube-controller-manager', controllers(this.kubeconfig('admin')));
    this.#controllers = running;
    const before = await this.get(PROBE);
    if (before) await this.delete(PROBE);
    const look = async (): Promise<true | undefined> => {
      assertRuns(running);
      const now = await this.get(PROBE);
      return now && (!before || uidOf(now) !== uidOf(before)) ? true : undefined;
    };
    await eventually(look, { what: 'the controllers to work' });
  }

  /** From now on objects stay as they are written. */
  async stopControllers(): Promise<void> {
    if (this.#controllers) await this.#parts.processes.kill(this.#controllers);
    this.#controllers = undefined;
  }

  /** The API server is gone, all at once. */
  async stopServer(): Promise<void> {
    await this.#parts.processes.kill(this.#server);
  }

  /** Starts it again where it was, and waits until it is ready. */
  async startServer(): Promise<void> {
    const { processes, server } = this.#parts;
    const running = processes.start('kube-apiserver', server.args);
    this.#server = running;
    const look = async (): Promise<true | undefined> => {
      assertRuns(running);
      const status = await this.request('GET', '/readyz').then(
        (answer) => answer.status,
        () => 0,
      );
      return status === 200 ? true : undefined;
    };
    await eventually(look, { what: 'kube-apiserver to be ready again', interval: 100 });
  }

  /** etcd forgets everything but what is stored now: pages of older lists cannot be read on. */
  compact(): Promise<void> {
    return this.#etcd.compact();
  }

  /** What `stop` does first, such as ending a watch. */
  onStop(stopper: () => void | Promise<void>): void {
    this.#stoppers.push(stopper);
  }

  /** Ends everything that was started for this cluster, and removes all files. */
  async stop(): Promise<void> {
    for (const stopper of this.#stoppers) await stopper();
    this.closeConnections();
    this.#etcd.close();
    await this.#parts.processes.stop();
  }

  #clientCertificate(user: User): { 'client-certificate-data': string; 'client-key-data': string } {
    const { cert, key } = this.authority.issue(`client-${user}`, { commonName: user, organizations: groupsOf(user) });
    return { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
  }

  async #inForce(user: User, rule: PolicyRule): Promise<void> {
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, ...question(rule) },
    };
    const look = async (): Promise<true | undefined> => {
      const allowed = valueAt(await this.expect('POST', path, review), 'status', 'allowed');
      return allowed === true ? true : undefined;
    };
    await eventually(look, { what: `the rules of ${user} to be in force`, interval: 10 });
  }
}

/** What a SubjectAccessReview asks to find out whether a rule holds. */
function question({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): {
  [key: string]: Json;
} {
  const verb = verbs[0] ?? '';
  const urlPath = nonResourceURLs?.[0];
  if (urlPath !== undefined) return { nonResourceAttributes: { verb, path: urlPath } };
  const [resource = '', subresource = ''] = (resources?.[0] ?? '').split('/');
  return {
    resourceAttributes: { verb, group: apiGroups?.[0] ?? '', resource, subresource, name: resourceNames?.[0] ?? '' },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
