import { ROLE_COMMANDS } from '../../src/core/access.ts';

/** One thing that a word can become, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly help?: string | undefined;
}

/** Where candidates come from. */
export type Source =
  | { readonly from: 'choices'; readonly candidates: readonly Candidate[] }
  /** The kubeconfig's. */
  | { readonly from: 'contexts' | 'clusters' | 'users' }
  /** The cluster's, or the snapshot's. */
  | { readonly from: 'namespaces' }
  | { readonly from: 'runs' }
  | { readonly from: 'findings'; readonly onlyIgnorable: boolean }
  /** The shell knows those; without extensions any file. */
  | { readonly from: 'files'; readonly extensions: readonly string[] }
  | { readonly from: 'directories' };

export const NOWHERE = choices([]);
const FILES = files();
const MANIFESTS = files('yaml', 'yml', 'json');
const DIRECTORIES: Source = { from: 'directories' };

/** What the values of flags are, where they are neither true or false nor choices. A name means the same in every command. */
export const FLAG_SOURCES: Readonly<Record<string, Source>> = {
  kubeconfig: FILES,
  context: { from: 'contexts' },
  cluster: { from: 'clusters' },
  user: { from: 'users' },
  namespace: { from: 'namespaces' },
  'istio-namespace': { from: 'namespaces' },
  'client-certificate': FILES,
  'client-key': FILES,
  'certificate-authority': FILES,
  filename: MANIFESTS,
  original: MANIFESTS,
  snapshot: MANIFESTS,
  'snapshot-out': MANIFESTS,
  release: FILES,
  values: files('yaml', 'yml'),
  helm: FILES,
  istioctl: FILES,
  'inject-config': files('yaml', 'yml'),
  'mesh-config': files('yaml', 'yml'),
  'inject-values': files('json'),
  out: FILES,
  'write-manifests': DIRECTORIES,
  'state-dir': DIRECTORIES,
  'cache-dir': DIRECTORIES,
  ignore: { from: 'findings', onlyIgnorable: true },
  explain: { from: 'findings', onlyIgnorable: false },
  // What only the user knows.
  server: NOWHERE,
  token: NOWHERE,
  'tls-server-name': NOWHERE,
  as: NOWHERE,
  'as-uid': NOWHERE,
  'as-group': NOWHERE,
  'as-user-extra': NOWHERE,
  'request-timeout': NOWHERE,
  concurrency: NOWHERE,
  v: NOWHERE,
  'release-url': NOWHERE,
  'release-name': NOWHERE,
  set: NOWHERE,
  'set-string': NOWHERE,
  selector: NOWHERE,
  take: NOWHERE,
  'context-lines': NOWHERE,
  timeout: NOWHERE,
  settle: NOWHERE,
  'max-parallel': NOWHERE,
  subject: NOWHERE,
};

/** The same of the words behind a command, by their names in its usage. */
export const WORD_SOURCES: Readonly<Record<string, Source>> = {
  run: { from: 'runs' },
  plan: FILES,
  for: choices(ROLE_COMMANDS.map((value) => ({ value }))),
  program: choices([{ value: 'kubectl', help: 'the script that kubectl calls for completions' }]),
};

export function choices(candidates: readonly Candidate[]): Source {
  return { from: 'choices', candidates };
}

function files(...extensions: readonly string[]): Source {
  return { from: 'files', extensions };
}
