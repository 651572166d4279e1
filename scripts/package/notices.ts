import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';

/** Somebody else's work that a package contains. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  /** As SPDX names it. */
  readonly license: string;
  /** The license and whatever else has to be passed on, as it came. */
  readonly text: string;
}

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
const RULE = '='.repeat(80);

/**
 * The npm packages of which anything is in the bundle.
 * @param root what the metafile's paths are relative to
 * @returns each once, by name; throws for one that comes without its license
 */
export function bundledNotices({ outputs }: Metafile, root: string): readonly Notice[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(
    files.filter((path) => path.includes('node_modules/')).map((path) => packageFolder(resolve(root, path))),
  );
  const notices = new Map([...folders].map(noticeOf).map((notice) => [`${notice.name} ${notice.version}`, notice]));
  return [...notices].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
}

/** The text of THIRD_PARTY_NOTICES. */
export function noticesText(notices: readonly Notice[]): string {
  const list = notices.map(({ name, version, license }) => `  ${name} ${version} (${license})\n`).join('');
  const texts = notices.map(
    ({ name, version, license, text }) => `\n${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${text.trim()}\n`,
  );
  return `This package contains the following software of others, under their licenses:\n\n${list}${texts.join('')}`;
}

/** The folder right below its node_modules; a package.json further in may only say how modules are loaded. */
function packageFolder(file: string): string {
  const parent = file.lastIndexOf('node_modules/') + 'node_modules/'.length;
  const words = file.slice(parent).split('/');
  return join(file.slice(0, parent), ...words.slice(0, words[0]?.startsWith('@') ? 2 : 1));
}

function noticeOf(folder: string): Notice {
  const { name, version, license }: Omit<Notice, 'text'> = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const texts = readdirSync(folder)
    .filter((file) => LICENSE_FILE.test(file))
    .toSorted()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0) throw new Error(`${name} ${version} comes without its license, ${license}`);
  return { name, version, license, text: texts.join('\n\n') };
}
