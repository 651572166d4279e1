// Begins a new step of the upgrade path: `npm run add-hop -- 1.2 1.3`. What is made works as it stands, and knows nothing of its two versions yet.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HOPS } from '../src/hops/index.ts';
import { caseFiles } from './hop/case-files.ts';
import { withHop } from './hop/chain.ts';
import { type HopNames, hopNames } from './hop/hop-names.ts';
import { sourceFiles } from './hop/source-files.ts';

const root = resolve(import.meta.dirname, '..');
const INDEX = 'src/hops/index.ts';

function addHop(names: HopNames): void {
  const index = withHop(readFileSync(join(root, INDEX), 'utf8'), names);
  const made = { ...sourceFiles(names), ...caseFiles(names) };
  for (const [path, text] of Object.entries(made)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { flag: 'wx' });
  }
  writeFileSync(join(root, INDEX), index);
  format([INDEX, ...Object.keys(made).filter((path) => path.endsWith('.ts'))]);
  process.stdout.write(`${[...Object.keys(made), INDEX].join('\n')}\n\n${nextSteps(names)}`);
}

function format(paths: readonly string[]): void {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { status, stderr } = spawnSync(process.execPath, [biome, 'check', '--write', ...paths], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`biome: ${stderr}`);
}

function nextSteps({ from, to, folder }: HopNames): string {
  return `What only ${from} and ${to} can tell goes into src/hops/${folder}; CONTRIBUTING, "Adding a hop", says how:
  semantics.ts       how Pilot ${to} resolves policies and rules otherwise than ${from}
  hop.ts             kinds that the charts brought or took away; documentation
  rules/             configuration that has to be carried over, a rule a file, listed in hop.ts
  problems/index.ts  all about the problems that these rules tell
  checks/index.ts    what goes wrong in this upgrade and can be known beforehand, a check a file
`;
}

try {
  addHop(hopNames(process.argv.slice(2), HOPS));
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
