import { stringify } from 'yaml';
import type { Release } from './release.ts';
import { PLATFORMS, type Platform } from './runtimes.ts';

const DESCRIPTION = `Reads the live mesh, computes the whole upgrade of Istio 1.1 to 1.2 in memory (the control plane, the configuration that has
to be carried over, and, when told so, the sidecars), shows it as findings and a diff, and applies it step by step once it is confirmed. An
interrupted upgrade goes on where it stopped, and a finished one can be rolled back.

This is not a project of Istio's authors.`;

const CAVEATS = `On Linux it needs glibc 2.28 or newer, libstdc++ and libatomic (Debian: libatomic1; Fedora: libatomic).`;

/** The name of a platform's archive in a release. */
export function archiveName({ os, arch }: Platform, { version }: Release): string {
  return `kubectl-istio_upgrade-v${version}-${os}-${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
}

/** What krew links to. */
export function programName({ os }: Platform): string {
  return os === 'windows' ? 'kubectl-istio_upgrade.exe' : 'kubectl-istio_upgrade';
}

/**
 * The manifest by which krew installs a release.
 * @param sums the SHA-256 of each archive, by its name; throws when one is missing
 * @see https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/
 */
export function krewManifest(release: Release, sums: ReadonlyMap<string, string>): string {
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'istio-upgrade' },
    spec: {
      version: `v${release.version}`,
      homepage: release.homepage,
      shortDescription: 'Plan, show and apply a whole Istio upgrade',
      description: `${wrap(DESCRIPTION)}\n`,
      caveats: `${wrap(CAVEATS)}\n`,
      platforms: PLATFORMS.map((platform) => platformEntry(platform, release, sums)),
    },
  };
  return stringify(manifest, { lineWidth: 0, blockQuote: 'literal' });
}

function platformEntry(platform: Platform, release: Release, sums: ReadonlyMap<string, string>) {
  const { os, arch } = platform;
  const name = archiveName(platform, release);
  const sha256 = sums.get(name);
  if (sha256 === undefined) throw new Error(`no checksum of ${name}`);
  return {
    selector: { matchLabels: { os, arch } },
    uri: `${release.homepage}/releases/download/v${release.version}/${name}`,
    sha256,
    files: [{ from: '*', to: '.' }],
    bin: programName(platform),
  };
}

/** Paragraphs in lines of up to 80 characters. */
function wrap(text: string): string {
  const paragraphs = text.split('\n\n').map((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(/\s+/)) {
      const line = lines.at(-1) ?? '';
      if (line === '') lines[lines.length - 1] = word;
      else if (line.length + 1 + word.length <= 80) lines[lines.length - 1] = `${line} ${word}`;
      else lines.push(word);
    }
    return lines.join('\n');
  });
  return paragraphs.join('\n\n');
}
