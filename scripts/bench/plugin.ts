import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Program } from './run-program.ts';

/** The bundle, which is what people run. @throws Error when there is none */
export function plugin(args: readonly string[], more: Omit<Program, 'argv'> = {}): Program {
  const file = resolve(import.meta.dirname, '../../dist/kubectl-istio_upgrade.js');
  if (!existsSync(file)) throw new Error('no bundle: npm run bundle');
  return { ...more, argv: [process.execPath, file, ...args] };
}

/** The same with options for Node.js. */
export function withNodeOptions({ argv: [node = '', ...args], ...rest }: Program, options: readonly string[]): Program {
  return { ...rest, argv: [node, ...options, ...args] };
}
