// Writes what README says of commands, flags, exit codes and findings anew from the code: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { README_REGIONS } from './docs/readme-regions.ts';
import { withRegions } from './docs/regions.ts';

const file = resolve(import.meta.dirname, '../README.md');
writeFileSync(file, withRegions(readFileSync(file, 'utf8'), README_REGIONS));
