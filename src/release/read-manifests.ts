import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ManifestDocument } from '../app/ports.ts';
import { UpgradeError, UpgradeErrors } from '../core/errors.ts';
import { badManifest } from './manifest-objects.ts';
import { parseManifests } from './parse-manifests.ts';

const STDIN = '-';
/** https://github.com/kubernetes/cli-runtime/blob/v0.20.2/pkg/resource/builder.go `FileExtensions` */
const EXTENSIONS = ['.json', '.yaml', '.yml'];

interface Source {
  readonly name: string;
  readonly bytes: () => Promise<Uint8Array>;
}

/**
 * The objects of manifests as `kubectl -f` takes them: files, directories (their `*.yaml`, `*.yml` and `*.json`, sorted, not their
 * subdirectories) and `-` for standard input. A file that is named twice is read once.
 * @returns the objects in the order of the paths; at least one
 * @throws UpgradeErrors with everything that is wrong with any of them
 */
export async function readManifests(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<ManifestDocument[]> {
  const documents: ManifestDocument[] = [];
  const problems: UpgradeError[] = [];
  for (const source of await sourcesOf(paths, stdin, problems)) {
    const text = decode(await attempt(source.bytes, source.name, problems), source.name, problems);
    const manifests = parseManifests(text ?? '', source.name);
    documents.push(...manifests.documents);
    problems.push(...manifests.problems);
  }
  if (problems.length === 0 && documents.length === 0) problems.push(badManifest(paths.join(', '), 'no object in it'));
  if (problems.length > 0) throw new UpgradeErrors(problems);
  return documents;
}

/** Every file once, in the order of the paths. What cannot be read goes to `problems`. */
async function sourcesOf(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array | string>,
  problems: UpgradeError[],
): Promise<readonly Source[]> {
  const sources = new Map<string, Source>();
  for (const path of paths) {
    if (path === STDIN) {
      sources.set(STDIN, { name: 'standard input', bytes: () => readAll(stdin) });
      continue;
    }
    for (const name of (await attempt(() => filesAt(path), path, problems)) ?? []) {
      const file = resolve(name);
      if (!sources.has(file)) sources.set(file, { name, bytes: () => readFile(file) });
    }
  }
  return [...sources.values()];
}

async function filesAt(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names: string[] = [];
  for (const name of (await readdir(path)).sort()) {
    if (!EXTENSIONS.some((extension) => name.endsWith(extension))) continue;
    if ((await stat(join(path, name))).isFile()) names.push(join(path, name));
  }
  if (names.length === 0) throw badManifest(path, 'no .yaml, .yml or .json file in this directory');
  return names;
}

async function attempt<T>(read: () => Promise<T>, path: string, problems: UpgradeError[]): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    problems.push(error instanceof UpgradeError ? error : badManifest(path, systemError(error)));
    return undefined;
  }
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'no such file or directory',
  EACCES: 'permission denied',
};

function systemError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return SYSTEM_ERRORS[code] ?? `cannot be read: ${error.message}`;
}

function decode(bytes: Uint8Array | undefined, name: string, problems: UpgradeError[]): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    problems.push(
      badManifest(name, 'not UTF-8 text', 'PowerShell writes UTF-16 with ">": use Out-File -Encoding utf8'),
    );
    return undefined;
  }
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}
