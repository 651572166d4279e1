import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { type Json, stringAt, valueAt } from '../core/json.ts';
import { type IstioVersion, parseVersion } from '../core/version.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';

/** Where everything is in the directory of a release. */
export interface ReleaseLayout {
  readonly directory: string;
  readonly version: IstioVersion;
  readonly chart: string;
  /** Files of CustomResourceDefinitions, by name. */
  readonly crds: readonly string[];
}

const CHART = join('install', 'kubernetes', 'helm', 'istio');
const CRDS = join('install', 'kubernetes', 'helm', 'istio-init', 'files');
const CRD_FILE = /^crd-.*\.yaml$/;

/**
 * Recognises a release by its layout; its version is the tag of the images that its chart installs.
 * @param directory an unpacked release
 * @param name what it is called in errors: the directory, or the archive that it came from
 * @throws UpgradeError (exit 2) with everything that is missing
 */
export async function releaseAt(directory: string, name: string): Promise<ReleaseLayout> {
  const chart = join(directory, CHART);
  const crds = (await namesIn(join(directory, CRDS))).filter((file) => CRD_FILE.test(file)).sort();
  const hasIstioctl = (await namesIn(join(directory, 'bin'))).some((file) => /^istioctl(?:\.exe)?$/.test(file));
  const missing = [
    ...(crds.length > 0 ? [] : [join(CRDS, 'crd-*.yaml')]),
    ...((await isFile(join(chart, 'Chart.yaml'))) ? [] : [join(CHART, 'Chart.yaml')]),
    ...(hasIstioctl ? [] : [join('bin', 'istioctl')]),
  ];
  if (missing.length > 0) throw notRelease(name, `it has no ${missing.join(', ')}`);
  const version = await versionOf(chart);
  if (version === undefined) throw notRelease(name, `global.tag in ${join(CHART, 'values.yaml')} names no version`);
  return { directory, version, chart, crds: crds.map((file) => join(directory, CRDS, file)) };
}

function notRelease(name: string, why: string): UpgradeError {
  return new UpgradeError(`${name} is no release of Istio: ${why}`, {
    exit: EXIT.usage,
    hint: 'name the directory istio-X.Y.Z, its archive, or a version such as 1.2.10',
  });
}

async function versionOf(chart: string): Promise<IstioVersion | undefined> {
  const text = await readFile(join(chart, 'values.yaml'), 'utf8').catch(() => '');
  const document = parseDocument(text, KUBECTL_YAML);
  const values: Json = document.errors.length > 0 ? null : document.toJS();
  const version = parseVersion(stringAt(valueAt(values, 'global', 'tag')) ?? '');
  return version?.patch === undefined ? undefined : version;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
