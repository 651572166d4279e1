import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KUBECTL_SCRIPT, SCRIPT_NAME } from '../../cmd/completion/kubectl-script.ts';
import { ROOT } from '../cli/run.ts';
import { object } from '../objects.ts';
import { recentKubectl } from '../programs/recent-kubectl.ts';
import { clusterTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import type { User } from './harness/users.ts';

const PROGRAM = join(ROOT, 'cmd/kubectl-istio_upgrade.ts');
const NO_FILES = 'Completion ended with directive: ShellCompDirectiveNoFileComp\n';

/** What kubectl's completion takes from the package bash-completion: the words of the line. */
const BASH = `
_get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=\${words[cword]}; prev=\${words[cword-1]}; }
source <(kubectl completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}; COMP_TYPE=9
__start_kubectl 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"
`;

recentKubectlTests('kubectl completes the plugin', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startControlPlane();
    await cluster.create(object('v1', 'Namespace', 'shop'));
    await cluster.create(object('v1', 'Namespace', 'shipping'));
    symlinkSync(recentKubectl(), join(cluster.directory, 'kubectl'));
    writeProgram('kubectl-istio_upgrade', `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    writeProgram(SCRIPT_NAME, KUBECTL_SCRIPT);
  });
  after(() => cluster?.stop());

  function writeProgram(name: string, text: string): void {
    writeFileSync(join(cluster.directory, name), text);
    chmodSync(join(cluster.directory, name), 0o755);
  }

  interface Asked {
    readonly user?: User;
    readonly timeout?: string;
  }

  function ran([program = '', ...args]: readonly string[], { user = 'reader', timeout = '60s' }: Asked = {}) {
    const env = {
      PATH: `${cluster.directory}:${process.env.PATH}`,
      HOME: cluster.directory,
      KUBECONFIG: cluster.kubeconfig(user),
      ISTIO_UPGRADE_COMPLETION_TIMEOUT: timeout,
    };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return printedBy(child);
  }

  /** What kubectl has for a shell, and what it says besides. */
  async function offered(words: readonly string[], asked?: Asked) {
    const { out, err } = await ran(['kubectl', '__complete', 'istio-upgrade', ...words], asked);
    return { out, err: err.replaceAll(/^\[Debug\] .*\n/gm, '') };
  }

  test('commands, flags and values reach the shell with their help', async () => {
    assert.deepEqual(await offered(['pl']), {
      out: 'plan\tshow what an upgrade would change; writes nothing\n:4\n',
      err: NO_FILES,
    });
    const { out } = await offered(['check', '--ex']);
    assert.match(out, /^--explain\ttell all about one kind of finding.*\n:4\n$/);
    assert.equal((await offered(['plan', '--phase=con'])).out, 'config\ncontrol-plane\n:4\n');
  });

  test('a flag that wants a file leaves it to the shell, with the endings that fit', async () => {
    const { out, err } = await offered(['plan', '-f', '']);
    assert.deepEqual(
      { out, err },
      {
        out: 'yaml\nyml\njson\n:8\n',
        err: 'Completion ended with directive: ShellCompDirectiveFilterFileExt\n',
      },
    );
  });

  test('namespaces come from the cluster, contexts from the kubeconfig', async () => {
    assert.deepEqual(await offered(['status', '-n', 's']), { out: 'shipping\nshop\n:4\n', err: NO_FILES });
    assert.equal((await offered(['status', '-nkube-p'])).out, '-nkube-public\n:4\n');
    assert.equal((await offered(['status', '--context='])).out, 'test\tcurrent, cluster test, user reader\n:4\n');
  });

  test('who may not list namespaces is offered none, and not bothered', async () => {
    assert.deepEqual(await offered(['status', '-n', 's'], { user: 'nobody' }), { out: ':4\n', err: NO_FILES });
  });

  test('bash gets whole words', async () => {
    const bash = (...words: readonly string[]) =>
      ran(['bash', '-c', BASH, 'bash', 'kubectl', 'istio-upgrade', ...words]).then(({ out }) => out.trimEnd());
    assert.equal(await bash('roll'), 'rollback');
    assert.equal(await bash('status', '-n', 'sho'), 'shop');
    assert.equal(await bash('status', '-nsho'), '-nshop');
    assert.equal(await bash('plan', '--phase=cr'), 'crds', 'what is behind the equal sign is a word for bash');
  });

  test('a cluster that is gone holds nobody up', async () => {
    await cluster.stopServer();
    assert.deepEqual(await offered(['status', '-n', ''], { timeout: '1s' }), { out: ':4\n', err: NO_FILES });
  });
});

/** As `clusterTests`, for tests that also need a kubectl that completes plugins. */
function recentKubectlTests(name: string, define: () => void): void {
  if (existsSync(recentKubectl())) {
    clusterTests(name, define);
    return;
  }
  const missing = 'NOT RUN, no recent kubectl: set KUBECTL';
  if (process.env.ISTIO_UPGRADE_REQUIRE_CLUSTER === '1') test(name, () => assert.fail(missing));
  else test(name, { skip: missing });
}

async function printedBy(child: ReturnType<typeof spawn>): Promise<{ readonly out: string; readonly err: string }> {
  const printed = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed.err += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  assert.equal(await promise, 0, printed.err);
  return printed;
}
