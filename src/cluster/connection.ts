import type { Credentials } from './credentials.ts';
import type { Environment } from './proxy.ts';

/** kubectl's connection flags, as given; what is absent comes from the kubeconfig. */
export interface ConnectionOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly tlsServerName?: string | undefined;
  readonly as?: string | undefined;
  readonly asUid?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
  /** `key=value`, a key any number of times. */
  readonly asUserExtra?: readonly string[] | undefined;
  /** Milliseconds for one request, 0 for any time. */
  readonly requestTimeout?: number | undefined;
  /** Requests at a time. */
  readonly concurrency?: number | undefined;
}

/** What the process knows besides its arguments. */
export interface Surroundings {
  readonly env: Environment;
  /** Whether a credential plugin may ask somebody at the terminal. */
  readonly interactive?: boolean;
  /** Nobody waits for a credential plugin: it has no terminal at all, and is killed when this fires. */
  readonly unattended?: AbortSignal | undefined;
  /** Called before a credential plugin has the terminal, and what it returns after that. */
  readonly holdTerminal?: (() => () => void) | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Where a pod's service account is mounted. */
  readonly serviceAccount?: string;
}

export interface TlsSettings {
  readonly ca?: string | Buffer | undefined;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string | undefined;
}

/** Request headers by name; several values are several header lines. */
export type Impersonation = Readonly<Record<string, string | string[]>>;

/** Where the API server is and how to be let in. */
export interface Connection {
  /** URL without a trailing slash. */
  readonly server: string;
  /** Empty when no context was chosen. */
  readonly context: string;
  /** The kubeconfig's entry; empty when none was chosen. */
  readonly user: string;
  /** `--namespace`, else the context's, else `default`. */
  readonly namespace: string;
  readonly tls: TlsSettings;
  /** URL of the proxy to go through. */
  readonly proxy: string | undefined;
  readonly credentials: Credentials;
  readonly impersonation: Impersonation;
}
