import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NODE_VERSION } from './runtimes.ts';
import { withoutSignature } from './windows-executable.ts';

const MAIN = resolve(import.meta.dirname, 'windows-main.cjs');

/**
 * A Node.js, of whatever system, that runs `lib/start.cjs` beside it and takes no options from the environment.
 * @param node its contents
 * @see https://nodejs.org/api/single-executable-applications.html
 */
export function singleExecutable(node: Buffer): Buffer {
  // What is put inside has to be made by the version that reads it.
  if (process.versions.node !== NODE_VERSION) {
    throw new Error(
      `this is Node.js ${process.versions.node}, and the packages carry ${NODE_VERSION}: npm ci && npm run package`,
    );
  }
  const work = mkdtempSync(join(tmpdir(), 'istio-upgrade-package-'));
  try {
    const [executable, output, config] = [join(work, 'node'), join(work, 'output'), join(work, 'config.json')];
    writeFileSync(executable, withoutSignature(node), { mode: 0o755 });
    writeFileSync(config, JSON.stringify({ ...SETTINGS, executable, output }));
    const { status, stderr } = spawnSync(process.execPath, ['--build-sea', config], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`node --build-sea failed: ${stderr}`);
    return readFileSync(output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

// Neither a snapshot nor compiled code: they would be of the system that this is made on.
const SETTINGS = {
  main: MAIN,
  mainFormat: 'commonjs',
  disableExperimentalSEAWarning: true,
  useSnapshot: false,
  useCodeCache: false,
  execArgv: ['--no-warnings'],
  execArgvExtension: 'none',
} as const;
