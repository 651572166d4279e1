import type { ConnectionArguments } from '../flags/connection-flags.ts';

/** The connection flags in Helm's words, and those that it has no word for. */
export interface HelmConnection {
  readonly flags: readonly string[];
  readonly unknown: readonly string[];
}

/** https://helm.sh/docs/helm/helm_upgrade/#options-inherited-from-parent-commands */
export function helmConnection(args: ConnectionArguments): HelmConnection {
  const texts = {
    '--kubeconfig': args.kubeconfig,
    '--kube-context': args.context,
    '--kube-apiserver': args.server,
    '--kube-token': args.token,
    '--kube-ca-file': args['certificate-authority'],
    '--kube-tls-server-name': args['tls-server-name'],
    '--kube-as-user': args.as,
  };
  const groups = (args['as-group'] ?? []).flatMap((group) => ['--kube-as-group', group]);
  const none = {
    '--cluster': args.cluster,
    '--user': args.user,
    '--client-certificate': args['client-certificate'],
    '--client-key': args['client-key'],
    '--as-uid': args['as-uid'],
    '--as-user-extra': args['as-user-extra'],
  };
  return {
    flags: [
      ...Object.entries(texts).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
      ...(args['insecure-skip-tls-verify'] === true ? ['--kube-insecure-skip-tls-verify'] : []),
      ...groups,
    ],
    unknown: Object.entries(none).flatMap(([flag, value]) => (value === undefined ? [] : [flag])),
  };
}
