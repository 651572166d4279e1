// Bundles the program into one file, dist/kubectl-istio_upgrade.js, with what it loads late beside it.
import { chmod, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const out = 'dist/kubectl-istio_upgrade.js';

/** For yargs, which lays out help; cli-table3 requires a version of its own. */
const leanStringWidth: Plugin = {
  name: 'lean-string-width',
  setup: (bundle) => {
    const path = resolve(import.meta.dirname, 'bundled/string-width.ts');
    bundle.onResolve({ filter: /^string-width$/ }, ({ kind }) => (kind === 'import-statement' ? { path } : undefined));
  },
};

/**
 * Node's own modules, without the copies of their exports that importing one from an ES module makes: making them touches every export, and one
 * of node:http's loads a whole HTTP client.
 */
const bareBuiltins: Plugin = {
  name: 'bare-builtins',
  setup: (bundle) => {
    const filter = new RegExp(`^(?:node:)?(?:${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$`);
    bundle.onResolve({ filter }, ({ path, kind }) =>
      kind === 'import-statement' && path !== 'node:module'
        ? { path: path.replace(/^node:/, ''), namespace: 'builtin' }
        : undefined,
    );
    bundle.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(`node:${path}`)});`,
    }));
  },
};

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
  plugins: [leanStringWidth, bareBuiltins],
  logLevel: 'warning',
  // Packages written for CommonJS call require; an ES module has to make one.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await chmod(out, 0o755);
