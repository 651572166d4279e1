import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Injector, InjectorInput } from '../app/ports.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { isK8sObject, type K8sObject, refOf, refText } from '../core/object.ts';
import { compareVersions, type IstioVersion, versionText } from '../core/version.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';
import { parseIstioctlVersion } from './istioctl-version.ts';
import { run } from './run.ts';

const HINT = 'name it with --istioctl PATH: it is bin/istioctl of the release that is upgraded to';

/**
 * The injector of a release: its `istioctl kube-inject`, which is run offline.
 * @param path the program: a path, or a name to look for in PATH
 * @param target the release whose injector it has to be
 * @throws UpgradeError when there is no such program, or it is another release's
 */
export async function istioctlInjector(path: string, target: IstioVersion): Promise<Injector> {
  const version = await istioctlVersion(path);
  if (version === undefined || compareVersions(version, target) !== 0)
    throw new UpgradeError(
      `${path} is istioctl ${version === undefined ? 'of an unknown version' : versionText(version)}, and ${versionText(target)} is needed`,
      { hint: HINT, exit: EXIT.blocked },
    );
  return { version, inject: (workloads, input) => kubeInject(path, workloads, input) };
}

/** What an istioctl says that it is; it is not let near a cluster for that. */
export async function istioctlVersion(path: string): Promise<IstioVersion | undefined> {
  const json = await run(path, ['version', '--remote=false', '--output', 'json'], { hint: HINT });
  const answer = json.code === 0 ? json : await run(path, ['version', '--short'], { hint: HINT });
  return answer.code === 0 ? parseIstioctlVersion(answer.stdout) : undefined;
}

/**
 * Runs `istioctl kube-inject` 1.2 with everything from files, so that it asks no cluster (istioctl/cmd/kubeinject.go:308-327@1.2.10).
 * The answer goes to a file: on stdout it is mixed with log lines.
 */
async function kubeInject(path: string, workloads: readonly K8sObject[], input: InjectorInput) {
  const directory = await mkdtemp(join(tmpdir(), 'istio-upgrade-inject-'));
  try {
    const file = (name: string) => join(directory, name);
    const { mesh, config, values } = input;
    const manifest = workloads.map(yamlLine).join('---\n');
    const inputs = { 'mesh.yaml': mesh, 'config.yaml': config, 'values.json': values, 'workloads.yaml': manifest };
    for (const [name, text] of Object.entries(inputs)) await writeFile(file(name), text, { mode: 0o600 });
    const { code, stdout, stderr } = await run(
      path,
      [
        'kube-inject',
        ...['--meshConfigFile', file('mesh.yaml')],
        ...['--injectConfigFile', file('config.yaml')],
        ...['--valuesFile', file('values.json')],
        ...['--filename', file('workloads.yaml')],
        ...['--output', file('injected.yaml')],
      ],
      { hint: HINT },
    );
    if (code !== 0) throw refused([stderr, stdout].join('\n'));
    return answers(workloads, await answerIn(file('injected.yaml')));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** One document, one line: JSON is YAML but for some control characters, and no line of it is taken for a separator. */
function yamlLine(workload: K8sObject): string {
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(workload).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, code)}\n`;
}

async function answerIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UpgradeError('istioctl kube-inject wrote no answer', { cause });
  }
}

/** What the program said, without its log. Of whom it speaks is the caller's to say: of several, it says nothing itself. */
function refused(output: string): UpgradeError {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/\t(?:info|warn|debug)\t/.test(line));
  return new UpgradeError(`istioctl kube-inject: ${lines.join('; ') || 'without a word'}`);
}

function answers(workloads: readonly K8sObject[], text: string): readonly K8sObject[] {
  const found = [...parseAllDocuments(text, KUBECTL_YAML)].flatMap((document) => {
    if (document.errors.length > 0) return [];
    const value: Json = document.toJS();
    return isK8sObject(value) ? [value] : [];
  });
  const isComplete =
    found.length === workloads.length &&
    workloads.every(({ kind, metadata: { name } }, at) => found[at]?.kind === kind && found[at].metadata.name === name);
  if (!isComplete) throw new UpgradeError(`istioctl kube-inject gave back something else than ${named(workloads)}`);
  return found;
}

function named(workloads: readonly K8sObject[]): string {
  const [first] = workloads;
  return workloads.length === 1 && first ? refText(refOf(first)) : `${workloads.length} workloads`;
}
