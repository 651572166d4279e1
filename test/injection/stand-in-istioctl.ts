import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { K8sObject } from '../../src/core/object.ts';

/**
 * A program that stands for istioctl 1.2.0 and gives these answers to what it is asked about, in the order in which it is asked.
 * @returns its path
 */
export function standInIstioctl(folder: string, answers: readonly K8sObject[]): string {
  const path = join(folder, 'istioctl');
  writeFileSync(
    path,
    `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
if (args[0] === 'version') { console.log(JSON.stringify({ clientVersion: { version: '1.2.0' } })); process.exit(); }
const flag = (name) => args[args.indexOf('--' + name) + 1];
const answers = ${JSON.stringify(answers)};
const answerTo = (asked) => answers.find(({ kind, metadata }) => kind === asked.kind && metadata.name === asked.metadata.name);
const asked = readFileSync(flag('filename'), 'utf8').split(/^---\\n/m).filter((text) => text.trim() !== '').map((text) => JSON.parse(text));
writeFileSync(flag('output'), asked.map((one) => JSON.stringify(answerTo(one))).join('\\n---\\n'));
`,
  );
  chmodSync(path, 0o755);
  return path;
}
