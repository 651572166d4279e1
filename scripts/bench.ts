// Prints one table of how this tool compares with what people would run instead, side by side in one run:
//   npm run bundle && npm run package && npm run bench -- [--only PART]… [--rounds N] [--sizes SHARE,…]
// Parts: start-up, diff, apply, mesh, custom-resources. Either is run by turns and the ratio is that of one round, since single times on a shared
// machine mean little. Needs the cluster tests' programs, a recent kubectl (npm run kubectl) and Istio's manifests (README, "Two commands").
import { parseArgs } from 'node:util';
import type { Result } from './bench/compare.ts';
import type { Part } from './bench/part.ts';
import { apply } from './bench/parts/apply.ts';
import { customResources } from './bench/parts/custom-resources.ts';
import { diff } from './bench/parts/diff.ts';
import { mesh } from './bench/parts/mesh.ts';
import { startUp } from './bench/parts/start-up.ts';
import { resultTable } from './bench/result-table.ts';

const PARTS: Readonly<Record<string, Part>> = {
  'start-up': startUp,
  diff,
  apply,
  mesh,
  'custom-resources': customResources,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: Object.keys(PARTS) },
    rounds: { type: 'string', default: '7' },
    // Of 2,000 services, 1,000 DestinationRules and Policies, 10,000 pods.
    sizes: { type: 'string', default: '0.1,0.33,1' },
  },
});
const options = { rounds: Number(values.rounds), sizes: values.sizes.split(',').map(Number) };

const results: Result[] = [];
for (const name of values.only) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`no part ${name}: ${Object.keys(PARTS).join(', ')}`);
  for await (const result of part(options)) {
    results.push(result);
    process.stderr.write(`${result.ours}: ${result.ratio[1].toFixed(2)} x ${result.theirs}\n`);
  }
}
process.stdout.write(`${resultTable(results)}\n`);
