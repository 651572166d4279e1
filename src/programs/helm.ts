import type { Helm, HelmRun } from '../app/ports.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { directoriesOf, findProgram } from './find-program.ts';
import { run } from './run.ts';

export type { Helm, HelmRun };
export type HelmVersion = Helm['version'];

export interface HelmPlace {
  /** `--helm`; undefined looks for it in PATH. */
  readonly path: string | undefined;
  /** Its whole environment: KUBECONFIG, proxies, HOME and HELM_* are its own to read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const HINT =
  'install Helm 3 or newer, or name one with --helm PATH; or render the release by other means and hand the manifests over with -f';

/**
 * Finds Helm and asks for its version, without touching a cluster.
 * @throws UpgradeError (exit 2) when there is none, it does not say what it is, or it is older than Helm 3
 */
export async function openHelm({ path, env }: HelmPlace): Promise<Helm> {
  const program = path ?? (await findProgram(directoriesOf(env.PATH), ['helm', 'helm.exe']));
  if (program === undefined)
    throw new UpgradeError('there is no helm in PATH, which renders the release', { hint: HINT, exit: EXIT.usage });
  const version = await versionOf(program, env);
  if (version.major < 3)
    throw new UpgradeError(`${program} is Helm ${helmVersionText(version)}, and 3 or newer is needed`, {
      hint: HINT,
      exit: EXIT.usage,
    });
  return { path: program, version, run: (args, options) => run(program, args, { ...options, env, hint: HINT }) };
}

export function helmVersionText({ major, minor, patch }: HelmVersion): string {
  return `${major}.${minor}.${patch}`;
}

/** Without `--client` Helm 2 asks Tiller; Helm 3 takes it for old habits' sake, Helm 4 no longer does. */
async function versionOf(program: string, env: HelmPlace['env']): Promise<HelmVersion> {
  const client = await run(program, ['version', '--short', '--client'], { env, hint: HINT });
  const answer = client.code === 0 ? client : await run(program, ['version', '--short'], { env, hint: HINT });
  const [, major, minor, patch] = (answer.code === 0 && /\bv(\d+)\.(\d+)\.(\d+)/.exec(answer.stdout)) || [];
  if (major === undefined)
    throw new UpgradeError(`${program} does not say which Helm it is`, { hint: HINT, exit: EXIT.usage });
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}
