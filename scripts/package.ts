// Makes what is released: an archive a platform, with Node.js inside, checksums and krew's manifest in dist/packages; npm's package in dist/npm.
//   npm run package [-- --release]
// --release writes the manifest at the top of the repository too, with these archives' checksums: what is committed and tagged as a release.
import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MANIFEST, makePackages } from './package/make-packages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { release: { type: 'boolean', default: false } } });

function say(text: string): void {
  process.stderr.write(`package: ${text}\n`);
}

const directory = await makePackages(ROOT, say);
say(`done: ${directory}`);
if (values.release) {
  copyFileSync(join(directory, MANIFEST), join(ROOT, MANIFEST));
  say(`${MANIFEST} is of these archives: commit it, tag the commit, and publish them as they are`);
}
