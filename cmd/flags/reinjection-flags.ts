/** Flags that say how workloads which were injected by hand are injected anew, in yargs' terms. */
export const reinjectionFlags = {
  istioctl: {
    type: 'string',
    nargs: 1,
    describe:
      "phase data-plane: the target's istioctl, for workloads injected by hand (default: bin/istioctl of the release that --release or -f names, or that in PATH)",
  },
  'inject-config': {
    type: 'string',
    nargs: 1,
    describe: "phase data-plane: your own injection configuration, a file; its version tag is moved to the target's",
  },
  'mesh-config': {
    type: 'string',
    nargs: 1,
    describe: 'phase data-plane: your own mesh configuration for injection, a file',
  },
  'inject-values': {
    type: 'string',
    nargs: 1,
    describe: 'phase data-plane: your own values for the injection template, a JSON file with all of them',
  },
  original: {
    type: 'string',
    array: true,
    nargs: 1,
    describe:
      'phase data-plane: manifests of workloads before injection, to inject instead of the live objects: files, directories, or -',
  },
} as const;
