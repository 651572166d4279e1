// Bundles the program into one file, dist/kubectl-istio_upgrade.js, with what it loads late beside it.
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const out = 'dist/kubectl-istio_upgrade.js';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { 'kubectl-istio_upgrade': 'cmd/kubectl-istio_upgrade.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  logLevel: 'warning',
  // Packages written for CommonJS call require; an ES module has to make one.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await chmod(out, 0o755);
