/**
 * A package's launcher keeps NODE_OPTIONS, which is meant for the user's own Node.js, from the one that runs this program.
 * @param env gets it back for the programs that are started from here
 */
export function restoreNodeOptions(env: Record<string, string | undefined>): void {
  const { ISTIO_UPGRADE_NODE_OPTIONS: options } = env;
  if (options === undefined) return;
  delete env.ISTIO_UPGRADE_NODE_OPTIONS;
  env.NODE_OPTIONS = options;
}
