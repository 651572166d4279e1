import { readFile } from 'node:fs/promises';
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import { UpgradeError } from '../core/errors.ts';
import { type JsonObject, objectAt, stringAt } from '../core/json.ts';
import { type ExecRequest, runCredentialPlugin } from './exec-credential.ts';
import type { UserEntry } from './kubeconfig-entry.ts';

/** What proves to the server who is asking. */
export interface Credential {
  /** The `Authorization` header. */
  readonly authorization?: string | undefined;
  /** A client certificate and its key, PEM. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
}

export interface Credentials {
  get(): Promise<Credential>;
  /**
   * Forgets a credential that the server refused.
   * @returns whether asking again can give another one
   */
  renew(refused: Credential): boolean;
}

export interface CredentialSurroundings extends Omit<ExecRequest, 'exec'> {
  readonly now: () => number;
}

/** A token file is read again after this time, as client-go does: a pod's token is replaced while it runs. */
const TOKEN_FILE_LIFETIME = 60_000;

/** What a user entry offers; the first of token file, token, password, credential plugin wins, a client certificate goes along. */
export function credentialsOf(
  user: UserEntry,
  certificate: Credential,
  surroundings: CredentialSurroundings,
): Credentials {
  const { now } = surroundings;
  const { exec, authProvider, tokenFile } = user;
  if (tokenFile !== undefined) return renewed(() => fromFile(tokenFile, certificate, now), now);
  if (user.token !== undefined) return fixed({ ...certificate, authorization: `Bearer ${user.token}` });
  if (user.username !== undefined)
    return fixed({ ...certificate, authorization: basic(user.username, user.password ?? '') });
  if (exec !== undefined) return renewed(() => fromPlugin({ ...surroundings, exec }, certificate), now);
  if (authProvider !== undefined) return fromProvider(authProvider, certificate);
  return fixed(certificate);
}

interface Lease {
  readonly credential: Credential;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

function fixed(credential: Credential): Credentials {
  return { get: async () => credential, renew: () => false };
}

/** Asks once for however many requests, until the answer expires or is refused. */
function renewed(ask: () => Promise<Lease>, now: () => number): Credentials {
  let current: Promise<Lease> | undefined;
  let given: Lease | undefined;
  const fresh = async (): Promise<Lease> => {
    given = await ask();
    return given;
  };
  return {
    async get() {
      if (given !== undefined && given.expires <= now()) current = given = undefined;
      current ??= fresh();
      try {
        return (await current).credential;
      } catch (error) {
        current = undefined;
        throw error;
      }
    },
    renew(refused) {
      // Many requests are refused at once: only the first forgets, the others find the new one.
      if (given?.credential === refused) current = given = undefined;
      return true;
    },
  };
}

async function fromFile(file: string, certificate: Credential, now: () => number): Promise<Lease> {
  try {
    const token = (await readFile(file, 'utf8')).trim();
    return { credential: { ...certificate, authorization: `Bearer ${token}` }, expires: now() + TOKEN_FILE_LIFETIME };
  } catch (cause) {
    throw new UpgradeError(`cannot read token file ${file}`, { cause });
  }
}

async function fromPlugin(request: ExecRequest, certificate: Credential): Promise<Lease> {
  const status = await runCredentialPlugin(request);
  const credential = {
    cert: status.clientCertificateData ?? certificate.cert,
    key: status.clientKeyData ?? certificate.key,
    authorization: status.token === undefined ? undefined : `Bearer ${status.token}`,
  };
  return { credential, expires: status.expires };
}

/** The built-in providers of old kubeconfigs (`gcp`, `azure`, `oidc`), which look after expiry themselves. */
function fromProvider(provider: JsonObject, certificate: Credential): Credentials {
  const name = stringAt(provider.name) ?? '';
  // They keep refreshed tokens in the configuration that they were given.
  const user = { name, authProvider: { name, config: structuredClone(objectAt(provider.config)) } };
  let authenticator: Promise<Authenticator> | undefined;
  return {
    async get() {
      authenticator ??= loadProvider(name);
      const headers: Record<string, string> = {};
      try {
        await (await authenticator).applyAuthentication(user, { headers });
      } catch (cause) {
        if (cause instanceof UpgradeError) throw cause;
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new UpgradeError(`auth provider ${name} failed: ${message}`, { hint: 'log in again', cause });
      }
      return { ...certificate, authorization: headers.Authorization };
    },
    renew: () => false,
  };
}

/** Imported when needed: the OIDC one brings all of client-node along, a third of a second. */
async function loadProvider(name: string): Promise<Authenticator> {
  if (name === 'gcp') return new (await import('@kubernetes/client-node/dist/gcp_auth.js')).GoogleCloudPlatformAuth();
  if (name === 'azure') return new (await import('@kubernetes/client-node/dist/azure_auth.js')).AzureAuth();
  if (name === 'oidc') return new (await import('@kubernetes/client-node/dist/oidc_auth.js')).OpenIDConnectAuth();
  throw new UpgradeError(`auth provider ${name} is not supported`, {
    hint: 'use its credential plugin (exec) in the kubeconfig instead',
  });
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
