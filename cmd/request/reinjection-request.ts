import { readFile } from 'node:fs/promises';
import type { ReinjectionRequest } from '../../src/app/reinjection.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import type { IstioVersion } from '../../src/core/version.ts';
import { versionText } from '../../src/core/version.ts';
import type { SourceText } from '../../src/injection/injection-input.ts';
import { podTemplateOf } from '../../src/injection/pod-template.ts';
import { readManifests } from '../../src/release/read-manifests.ts';
import type { Shell } from '../shell.ts';

export interface ReinjectionArguments {
  readonly filename?: readonly string[] | undefined;
  readonly istioctl?: string | undefined;
  readonly injectConfig?: string | undefined;
  readonly meshConfig?: string | undefined;
  readonly injectValues?: string | undefined;
  readonly original?: readonly string[] | undefined;
  /** Where the release is that `--release` names. */
  readonly releaseDirectory?: string | undefined;
}

/**
 * Reads the files that say how workloads are injected anew.
 * @param namespace of manifests that leave it to kubectl
 * @throws UpgradeError (exit 2) for files that cannot be read
 */
export async function reinjectionRequest(
  args: ReinjectionArguments,
  shell: Shell,
  namespace: string | undefined,
): Promise<ReinjectionRequest> {
  const [mesh, config, values, originals] = await Promise.all([
    textOf(args.meshConfig, '--mesh-config'),
    textOf(args.injectConfig, '--inject-config'),
    textOf(args.injectValues, '--inject-values'),
    readOriginals(args.original ?? [], shell, namespace),
  ]);
  return {
    openInjector: (version) => openInjector(version, args, shell),
    custom: { mesh, config, values },
    originals,
  };
}

/** The flags that were given, as they are written. */
export function reinjectionFlagsIn(args: ReinjectionArguments): readonly string[] {
  return [
    ...(args.istioctl === undefined ? [] : ['--istioctl']),
    ...(args.injectConfig === undefined ? [] : ['--inject-config']),
    ...(args.meshConfig === undefined ? [] : ['--mesh-config']),
    ...(args.injectValues === undefined ? [] : ['--inject-values']),
    ...(args.original === undefined || args.original.length === 0 ? [] : ['--original']),
  ];
}

async function textOf(path: string | undefined, flag: string): Promise<SourceText | undefined> {
  if (path === undefined) return undefined;
  try {
    return { text: await readFile(path, 'utf8'), source: path };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UpgradeError(`${flag} ${path}: ${why}`, { cause, exit: EXIT.usage });
  }
}

async function readOriginals(
  paths: readonly string[],
  shell: Shell,
  namespace: string | undefined,
): Promise<readonly K8sObject[]> {
  if (paths.length === 0) return [];
  const documents = await readManifests(paths, shell.stdin);
  return documents.flatMap(({ object, source }) =>
    isK8sObject(object) && podTemplateOf(object) !== undefined ? [placed(object, source, namespace)] : [],
  );
}

/** kubectl would put it into the namespace of the command; of all namespaces, none is meant. */
function placed(object: K8sObject, source: string, namespace: string | undefined): K8sObject {
  if (object.metadata.namespace !== undefined) return object;
  if (namespace !== undefined) return { ...object, metadata: { ...object.metadata, namespace } };
  throw new UpgradeError(`--original ${source}: ${object.kind} ${object.metadata.name} has no namespace`, {
    hint: 'name it with -n, instead of -A',
    exit: EXIT.usage,
  });
}

const HINT = 'name it with --istioctl PATH: it is bin/istioctl of the release that is upgraded to';

/** One that was named has to be right; without one, or with another release's, workloads are left as they are. */
async function openInjector(
  version: IstioVersion,
  { istioctl, filename = [], releaseDirectory }: ReinjectionArguments,
  { env }: Shell,
): ReturnType<ReinjectionRequest['openInjector']> {
  const [{ findIstioctl }, { istioctlInjector }] = await Promise.all([
    import('../../src/programs/find-istioctl.ts'),
    import('../../src/programs/istioctl.ts'),
  ]);
  if (istioctl !== undefined) return istioctlInjector(istioctl, version);
  const named = releaseDirectory === undefined ? filename.flatMap(releaseOf) : [releaseDirectory];
  const path = await findIstioctl({ release: named, path: env.PATH });
  if (path === undefined) return { why: `there is no istioctl of Istio ${versionText(version)}`, hint: HINT };
  try {
    return await istioctlInjector(path, version);
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    return { why: error.message, hint: error.hint };
  }
}

/** `istio-1.2.10/install/kubernetes/…` → `istio-1.2.10` */
function releaseOf(path: string): readonly string[] {
  const [, release] = /^(.*?)[\\/]?install[\\/]kubernetes(?:[\\/]|$)/.exec(path) ?? [];
  return release === undefined ? [] : [release === '' ? '.' : release];
}
