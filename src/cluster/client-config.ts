import { readFile } from 'node:fs/promises';
import { EXIT, UpgradeError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { ConnectionOptions, TlsSettings } from './connection.ts';
import type { Credential } from './credentials.ts';
import type { ClusterEntry, UserEntry } from './kubeconfig-entry.ts';

/**
 * The cluster as the flags change it. `--insecure-skip-tls-verify` and `--certificate-authority` replace all that the
 * kubeconfig says about trust, `--server` also the name to expect in its certificate.
 * @see https://github.com/kubernetes/client-go/blob/v0.31.0/tools/clientcmd/client_config.go `getCluster`
 */
export function withClusterFlags(cluster: ClusterEntry, options: ConnectionOptions): ClusterEntry {
  const isTrustGiven = options.insecureSkipTlsVerify === true || Boolean(options.certificateAuthority);
  const isNameGiven = Boolean(options.server || options.tlsServerName);
  return {
    ...cluster,
    server: options.server || cluster.server,
    certificateAuthority: isTrustGiven ? options.certificateAuthority : cluster.certificateAuthority,
    certificateAuthorityData: isTrustGiven ? undefined : cluster.certificateAuthorityData,
    insecureSkipTlsVerify: options.insecureSkipTlsVerify ?? (isTrustGiven ? false : cluster.insecureSkipTlsVerify),
    tlsServerName: isNameGiven ? options.tlsServerName : cluster.tlsServerName,
  };
}

/** The user as the flags change it: a token or certificate that is given takes the place of the kubeconfig's. */
export function withUserFlags(user: UserEntry, options: ConnectionOptions): UserEntry {
  const { token, clientCertificate, clientKey } = options;
  return {
    ...user,
    ...(token ? { token, tokenFile: undefined } : {}),
    ...(clientCertificate ? { clientCertificate, clientCertificateData: undefined } : {}),
    ...(clientKey ? { clientKey, clientKeyData: undefined } : {}),
  };
}

/** @throws UpgradeError (usage) when a file cannot be read, or trust is both demanded and waived */
export async function tlsOf(cluster: ClusterEntry): Promise<TlsSettings> {
  const ca = await pem(cluster.certificateAuthorityData, cluster.certificateAuthority);
  if (ca !== undefined && cluster.insecureSkipTlsVerify) {
    throw new UpgradeError('a certificate authority and insecure-skip-tls-verify exclude each other', {
      exit: EXIT.usage,
    });
  }
  return { ca, rejectUnauthorized: !cluster.insecureSkipTlsVerify, servername: cluster.tlsServerName };
}

/** The client certificate of a user, if it has one. */
export async function certificateOf(user: UserEntry): Promise<Credential> {
  const [cert, key] = await Promise.all([
    pem(user.clientCertificateData, user.clientCertificate),
    pem(user.clientKeyData, user.clientKey),
  ]);
  if ((cert === undefined) === (key === undefined)) return { cert, key };
  const [given, missing] = cert === undefined ? ['key', 'certificate'] : ['certificate', 'key'];
  throw new UpgradeError(`a client ${given} is given without its ${missing}`, { exit: EXIT.usage });
}

/** @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-Cluster */
export function clusterForPlugins(cluster: ClusterEntry, server: URL, { ca }: TlsSettings): JsonObject {
  return {
    server: server.href.replace(/\/$/, ''),
    ...(cluster.tlsServerName === undefined ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.insecureSkipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(cluster.proxyUrl === undefined ? {} : { 'proxy-url': cluster.proxyUrl }),
    config: cluster.execConfig ?? null,
  };
}

/** Inline data wins over a file, as in client-go. */
async function pem(data: string | undefined, file: string | undefined): Promise<Buffer | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64');
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UpgradeError(`cannot read ${file}: ${message}`, { exit: EXIT.usage, cause });
  }
}
