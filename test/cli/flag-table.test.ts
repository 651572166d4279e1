import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { run } from './run.ts';

const MAKES_PLAN = ['plan', 'apply'] as const;
const RUNS = ['apply', 'rollback'] as const;
const READS_TARGET = [...MAKES_PLAN, 'check'] as const;
const ON_CLUSTER = ['plan', 'apply', 'rollback', 'check', 'status'] as const;
const COMMANDS = [...ON_CLUSTER, 'history'] as const;
type Command = (typeof COMMANDS)[number];

/** Flags as help shows them, and the commands that have them. */
const TABLE: readonly (readonly [string, readonly Command[]])[] = [
  ['-f, --filename', [...READS_TARGET, 'rollback']],
  ['--release', READS_TARGET],
  ['--phase', MAKES_PLAN],
  ['-i, --istio-namespace', ON_CLUSTER],
  ['-A, --all-namespaces', [...MAKES_PLAN, 'status']],
  ['-l, --selector', [...MAKES_PLAN, 'status']],
  ['--prune', MAKES_PLAN],
  ['--take', MAKES_PLAN],
  ['--force-conflicts', MAKES_PLAN],
  ['--ignore', READS_TARGET],
  ['--allow-mtls-change', ['apply']],
  ['-y, --yes', RUNS],
  ['--timeout', RUNS],
  ['--settle', RUNS],
  ['--max-parallel', ['apply']],
  ['--concurrency', ON_CLUSTER],
  ['--out', ['plan']],
  ['--state-dir', [...RUNS, 'history']],
  ['--snapshot', [...READS_TARGET, 'status']],
  ['--snapshot-out', ['apply']],
  ['--strategy', MAKES_PLAN],
  ['--helm', MAKES_PLAN],
  ['--values', MAKES_PLAN],
  ['--set', MAKES_PLAN],
  ['--set-string', MAKES_PLAN],
  ['--release-name', MAKES_PLAN],
  ['--istioctl', MAKES_PLAN],
  ['--inject-config', MAKES_PLAN],
  ['--mesh-config', MAKES_PLAN],
  ['--inject-values', MAKES_PLAN],
  ['--original', MAKES_PLAN],
  ['-o, --output', ['plan', 'check', 'status', 'history']],
  ['--detailed-exitcode', ['plan']],
  ['--context-lines', ['plan']],
  ['--color', ['plan']],
  ['-q, --quiet', ['plan']],
  ['--show-managed-fields', ['plan']],
  ['-h, --help', COMMANDS],
];

/** As kubectl 1.35 has them. */
const CONNECTION = [
  ...['--kubeconfig', '--context', '--cluster', '--user', '-n, --namespace', '-s, --server', '--token'],
  ...['--client-certificate', '--client-key', '--certificate-authority', '--insecure-skip-tls-verify'],
  ...[
    '--tls-server-name',
    '--as',
    '--as-uid',
    '--as-group',
    '--as-user-extra',
    '--request-timeout',
    '--cache-dir',
    '-v',
  ],
];

const helps = new Map<Command, string>();
before(async () => {
  for (const command of COMMANDS) helps.set(command, (await run([command, '--help'])).out);
});

/** Every flag at the beginning of a line of help, with its letter. */
function flagsOf(command: Command): readonly string[] {
  const found = (helps.get(command) ?? '').matchAll(/^ {2,6}((?:-\w, )?--[a-z-]+|-\w)(?= |$)/gm);
  return [...found].map(([, flag = '']) => flag);
}

for (const [flag, commands] of [...TABLE, ...CONNECTION.map((flag) => [flag, ON_CLUSTER] as const)]) {
  test(`${flag} is a flag of ${commands.join(', ')}`, () => {
    const without = commands.filter((command) => !flagsOf(command).includes(flag));
    assert.deepEqual(without, []);
  });
}

test('a letter stands for one name, whatever the command', () => {
  const names = new Map<string, Set<string>>();
  for (const flag of COMMANDS.flatMap(flagsOf)) {
    const [letter = '', name] = flag.split(', ');
    if (name !== undefined) names.set(letter, (names.get(letter) ?? new Set()).add(name));
  }
  assert.ok(names.size >= 9, [...names.keys()].join(' '));
  for (const [letter, all] of names) assert.equal(all.size, 1, `${letter}: ${[...all].join(' ')}`);
});
