import { spawnSync } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');
const PRINT_SCREENS = join(import.meta.dirname, 'bundled/print-screens.ts');
const NAME = 'kubectl-istio_upgrade';

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

/** Screens that never change are printed now, in English as the bundle prints all else, and not at every start. */
const readyScreens: Plugin = {
  name: 'ready-screens',
  setup: (bundle) => {
    bundle.onLoad({ filter: /[\\/]cmd[\\/]ready-screens\.ts$/ }, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [PRINT_SCREENS], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'en_US' },
      });
      if (status !== 0) throw new Error(`no screens: ${stderr}`);
      return { contents: `export const READY_SCREENS = ${stdout};` };
    });
  },
};

/**
 * Bundles the program into one file of this directory, with what it loads late in `chunks` beside it; replaces an older one.
 * @returns what went in, its paths relative to the project's
 */
export async function bundleProgram(directory: string): Promise<Metafile> {
  const program = join(directory, `${NAME}.js`);
  await rm(join(directory, 'chunks'), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { [NAME]: 'cmd/kubectl-istio_upgrade.ts' },
    outdir: directory,
    bundle: true,
    metafile: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    target: 'node22',
    format: 'esm',
    minify: true,
    keepNames: true,
    legalComments: 'linked',
    plugins: [leanStringWidth, bareBuiltins, readyScreens],
    logLevel: 'warning',
    // Packages written for CommonJS call require; an ES module has to make one.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  await chmod(program, 0o755);
  return metafile;
}
