import path from 'node:path';
import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../core/json.ts';

export interface ContextEntry {
  readonly cluster: string | undefined;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
}

export interface ClusterEntry {
  readonly server: string | undefined;
  readonly certificateAuthority: string | undefined;
  readonly certificateAuthorityData: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName: string | undefined;
  readonly proxyUrl: string | undefined;
  /** The extension that is meant for credential plugins. */
  readonly execConfig: Json | undefined;
}

export interface UserEntry {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientCertificateData: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientKeyData: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly exec: ExecEntry | undefined;
  readonly authProvider: JsonObject | undefined;
  readonly as: string | undefined;
  readonly asUid: string | undefined;
  readonly asGroups: readonly string[];
  readonly asUserExtra: Readonly<Record<string, readonly string[]>>;
}

/** @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
export interface ExecEntry {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint: string | undefined;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: string;
}

/** What is true of a cluster and a user of which nothing is said. */
export const NO_CLUSTER = readCluster({}, '');
export const NO_USER = readUser({}, '');

export function readContext(context: JsonObject): ContextEntry {
  return { cluster: textAt(context.cluster), user: textAt(context.user), namespace: textAt(context.namespace) };
}

export function readCluster(cluster: JsonObject, directory: string): ClusterEntry {
  const extension = listAt(cluster.extensions).find(
    (item) => valueAt(item, 'name') === 'client.authentication.k8s.io/exec',
  );
  return {
    server: textAt(cluster.server),
    certificateAuthority: pathAt(cluster['certificate-authority'], directory),
    certificateAuthorityData: textAt(cluster['certificate-authority-data']),
    insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'] === true,
    tlsServerName: textAt(cluster['tls-server-name']),
    proxyUrl: textAt(cluster['proxy-url']),
    execConfig: valueAt(extension, 'extension'),
  };
}

export function readUser(user: JsonObject, directory: string): UserEntry {
  return {
    token: textAt(user.token),
    tokenFile: pathAt(user.tokenFile, directory),
    clientCertificate: pathAt(user['client-certificate'], directory),
    clientCertificateData: textAt(user['client-certificate-data']),
    clientKey: pathAt(user['client-key'], directory),
    clientKeyData: textAt(user['client-key-data']),
    username: textAt(user.username),
    password: textAt(user.password),
    exec: isObject(user.exec) ? readExec(user.exec, directory) : undefined,
    authProvider: isObject(user['auth-provider']) ? user['auth-provider'] : undefined,
    as: textAt(user.as),
    asUid: textAt(user['as-uid']),
    asGroups: textsAt(user['as-groups']),
    asUserExtra: Object.fromEntries(
      Object.entries(objectAt(user['as-user-extra'])).map(([key, value]) => [key, textsAt(value)]),
    ),
  };
}

function readExec(exec: JsonObject, directory: string): ExecEntry {
  const command = textAt(exec.command) ?? '';
  const pairs = listAt(exec.env).map((item) => [
    textAt(valueAt(item, 'name')) ?? '',
    textAt(valueAt(item, 'value')) ?? '',
  ]);
  return {
    apiVersion: textAt(exec.apiVersion) ?? 'client.authentication.k8s.io/v1beta1',
    command: /[\\/]/.test(command) ? path.resolve(directory, command) : command,
    args: textsAt(exec.args),
    env: Object.fromEntries(pairs),
    installHint: textAt(exec.installHint),
    provideClusterInfo: exec.provideClusterInfo === true,
    interactiveMode: textAt(exec.interactiveMode) ?? 'IfAvailable',
  };
}

function textAt(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return stringAt(value) || undefined;
}

function textsAt(value: Json | undefined): readonly string[] {
  return listAt(value).flatMap((item) => textAt(item) ?? []);
}

function pathAt(value: Json | undefined, directory: string): string | undefined {
  const file = textAt(value);
  return file === undefined ? undefined : path.resolve(directory, file);
}
