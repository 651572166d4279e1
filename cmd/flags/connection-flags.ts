import type { InferredOptionTypes, Options } from 'yargs';
import type { ConnectionOptions } from '../../src/cluster/connection.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import { parseDuration } from './duration.ts';

const group = 'Connection:';
// Node's timers take no longer one.
const LONGEST_TIMER = 2 ** 31 - 1;

/** kubectl's connection flags, same names and meaning, to spread into a command's options. */
export const connectionFlags = {
  kubeconfig: text('kubeconfig file to use'),
  context: text('kubeconfig context to use'),
  cluster: text('kubeconfig cluster to use'),
  user: text('kubeconfig user to use'),
  namespace: {
    ...text("workloads' namespace: for phase data-plane, and status; the control plane's is -i"),
    alias: 'n',
  },
  server: { ...text('address and port of the API server'), alias: 's' },
  token: text('bearer token for the API server'),
  'client-certificate': text('client certificate file for TLS'),
  'client-key': text('client key file for TLS'),
  'certificate-authority': text("file with the certificate authority of the API server's certificate"),
  'insecure-skip-tls-verify': {
    group,
    type: 'boolean',
    describe: "do not check the API server's certificate (insecure)",
  },
  'tls-server-name': text("name to expect in the API server's certificate"),
  as: text('user or service account to impersonate'),
  'as-uid': text('uid to impersonate'),
  'as-group': texts('group to impersonate (repeatable)'),
  'as-user-extra': texts('key=value of the user to impersonate (repeatable)'),
  'request-timeout': {
    ...text('time for one request: seconds, or with a unit (30s, 1m); 0 waits for any time'),
    default: '30s',
    defaultDescription: '30s',
    coerce: (value: string | readonly string[]) =>
      Math.min(parseDuration(last(value), '--request-timeout'), LONGEST_TIMER),
  },
  'cache-dir': text('where downloaded releases are kept (default: as the system has it)'),
  concurrency: {
    ...text('API requests at a time'),
    default: '8',
    defaultDescription: '8',
    coerce: (value: string | readonly string[]) => parseNumber('--concurrency', last(value), 1),
  },
  v: {
    ...text('how much to log to stderr: 0 nothing, 6 every request'),
    default: '0',
    defaultDescription: '0',
    coerce: (value: string | readonly string[]) => parseNumber('-v', last(value), 0),
  },
} as const satisfies Readonly<Record<string, Options>>;

export type ConnectionArguments = InferredOptionTypes<typeof connectionFlags>;

/** Parsed flags as the cluster edge takes them. A flag that is not given is undefined. */
export function connectionFrom(argv: ConnectionArguments): ConnectionOptions {
  return {
    kubeconfig: argv.kubeconfig,
    context: argv.context,
    cluster: argv.cluster,
    user: argv.user,
    namespace: argv.namespace,
    server: argv.server,
    token: argv.token,
    clientCertificate: argv['client-certificate'],
    clientKey: argv['client-key'],
    certificateAuthority: argv['certificate-authority'],
    insecureSkipTlsVerify: argv['insecure-skip-tls-verify'],
    tlsServerName: argv['tls-server-name'],
    as: argv.as,
    asUid: argv['as-uid'],
    asGroups: argv['as-group'],
    asUserExtra: argv['as-user-extra'],
    requestTimeout: argv['request-timeout'],
    concurrency: argv.concurrency,
  };
}

/** Given twice, the last one counts, as with kubectl. */
function text(describe: string) {
  return { group, describe, type: 'string', requiresArg: true, coerce: last } as const;
}

function texts(describe: string) {
  return { group, describe, type: 'string', array: true, nargs: 1 } as const;
}

export function last(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : (value.at(-1) ?? '');
}

/** @throws UpgradeError (exit 2) for anything but a whole number from `least` */
export function parseNumber(flag: string, value: string, least: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least) return number;
  throw invalid(flag, value, `a whole number from ${least}`);
}

function invalid(flag: string, value: string, wanted: string): UpgradeError {
  return new UpgradeError(`${flag} ${JSON.stringify(value)} is not ${wanted}`, { exit: EXIT.usage });
}
