// Bundles the program into one file, dist/kubectl-istio_upgrade.js, with what it loads late beside it.
import { resolve } from 'node:path';
import { bundleProgram } from './program-bundle.ts';

await bundleProgram(resolve(import.meta.dirname, '../dist'));
