import type { RoleCommand } from '../core/access.ts';
import type { K8sObject } from '../core/object.ts';
import { dataYaml } from './data-text.ts';

export interface RolesAbout {
  readonly command: RoleCommand;
  readonly readsSecrets: boolean;
  readonly byHelm: boolean;
}

/** Roles as YAML for `kubectl apply -f -`, with what one has to know before handing them out as comments. */
export function rolesYaml(objects: readonly K8sObject[], about: RolesAbout): string {
  const isBound = objects.some(({ kind }) => kind.endsWith('Binding'));
  const lines = [...WHAT[about.command], ...secretsOf(about), ...(isBound ? [] : UNBOUND)];
  const comment = lines.map((line) => `# ${line}\n`).join('');
  return comment + objects.map((object) => `---\n${dataYaml(object, 'inline')}`).join('');
}

const WHAT: Readonly<Record<RoleCommand, readonly string[]>> = {
  status: ['What kubectl istio-upgrade status asks of this cluster. It only reads.'],
  check: ['What kubectl istio-upgrade check and status ask of this cluster. They only read.'],
  plan: [
    'What kubectl istio-upgrade plan, check and status ask of this cluster. They only read: what the server would make',
    "of a change is predicted in memory, for the server's own dry-run wants the right to write.",
  ],
  apply: [
    'What kubectl istio-upgrade apply, plan, check, status and rollback ask of this cluster. This is a role that WRITES.',
    "Among what is installed are Istio's own roles and bindings: who may write them (escalate, bind) can make himself an",
    'administrator of the cluster. Give it to nobody who is not trusted with that, and for no longer than the upgrade takes.',
  ],
};

function secretsOf({ command, readsSecrets, byHelm }: RolesAbout): readonly string[] {
  if (byHelm) return ["Every Secret of the control plane's namespace is among it: Helm keeps its records in them."];
  if (command === 'status' || readsSecrets) return [];
  return [
    'Secrets are not among it, but for those that the target installs: whether Helm keeps a record of the mesh is then told',
    'as unknown. --secrets adds the right to list them.',
  ];
}

const UNBOUND = [
  'Nobody is bound to it: print it again with --subject user:NAME, group:NAME or serviceaccount:NAMESPACE:NAME.',
];
