/** Flags that name the target's release and say how it is rendered, in yargs' terms. */
export const releaseFlags = {
  release: {
    type: 'string',
    nargs: 1,
    describe:
      "the target's release: its directory, its archive (.tar.gz or .zip), or its version, which is downloaded; instead of -f",
  },
  'release-url': {
    type: 'string',
    nargs: 1,
    describe: "where versions are downloaded from (default: $ISTIO_UPGRADE_RELEASE_URL, or Istio's releases on GitHub)",
  },
  helm: { type: 'string', nargs: 1, describe: 'Helm, 3 or newer, which renders the release (default: that in PATH)' },
  values: { type: 'string', array: true, nargs: 1, describe: 'with --release: a file of values, as Helm takes it' },
  set: { type: 'string', array: true, nargs: 1, describe: 'with --release: values, as Helm takes them (a=1,b.c=2)' },
  'set-string': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'with --release: values that are texts, as Helm takes them',
  },
  'reuse-values': {
    type: 'boolean',
    default: false,
    describe: 'with --release: begin with the values in the record that Helm 3 keeps of what is installed',
  },
  'release-name': {
    type: 'string',
    nargs: 1,
    describe: "with --release: what Helm calls the release (default: as the live one's label says)",
  },
} as const;
