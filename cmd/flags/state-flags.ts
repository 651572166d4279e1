/** The flag of every command that keeps something or looks for it, in yargs' terms. */
export const stateFlags = {
  'state-dir': {
    type: 'string',
    nargs: 1,
    describe:
      'where runs are kept, to be looked at and taken back (default: $XDG_STATE_HOME/istio-upgrade, else ~/.local/state/istio-upgrade; on Windows below %LOCALAPPDATA%)',
  },
} as const;
