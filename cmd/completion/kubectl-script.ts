export const SCRIPT_NAME = 'kubectl_complete-istio_upgrade';

/** What kubectl 1.26 and newer calls, with the words behind the plugin's name, for what the last of them can become. */
export const KUBECTL_SCRIPT = `#!/bin/sh
# Lets kubectl (1.26 or newer) complete "kubectl istio-upgrade". Save it as ${SCRIPT_NAME} in a directory on PATH,
# make it executable (chmod +x), and have your shell load kubectl's own completion.
exec kubectl-istio_upgrade __complete "$@"
`;
