import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../../../src/core/json.ts';

export interface KubeconfigParts {
  readonly server: string;
  /** The authority's certificate in base64. */
  readonly caData: string;
  readonly name: string;
  /** The kubeconfig's user entry: a token, or a client certificate with its key. */
  readonly credentials: JsonObject;
}

/** Writes a kubeconfig of one cluster, one user and one context, all but the user called `test`. @returns its path */
export function writeKubeconfig(directory: string, { server, caData, name, credentials }: KubeconfigParts): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': caData } }],
    users: [{ name, user: credentials }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
  };
  const file = path.join(directory, `${name}.kubeconfig`);
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}
