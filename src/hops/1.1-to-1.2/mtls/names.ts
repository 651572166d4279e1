import { type K8sObject, refOf, refText } from '../../../core/object.ts';
import type { Snapshot } from '../../../core/snapshot.ts';

/** Gives new objects names that neither the cluster nor another new object has. */
export type Naming = (object: K8sObject) => K8sObject;

/** A naming for one plan: appends `-2`, `-3` … to the name of an object while that is taken. The order of calls decides. */
export function namingIn({ objects }: Snapshot): Naming {
  const given = new Set<string>();
  return (object) => {
    for (let turn = 1; ; turn += 1) {
      const name = turn === 1 ? object.metadata.name : `${object.metadata.name}-${turn}`;
      const named = { ...object, metadata: { ...object.metadata, name } };
      const key = refText(refOf(named));
      if (objects.has(key) || given.has(key)) continue;
      given.add(key);
      return named;
    }
  };
}

/** `disable-mtls-foo-8000`; without a port for all of them. */
export function nameFor(asks: 'NONE' | 'MUTUAL_TLS', service: string, port?: number): string {
  return [asks === 'NONE' ? 'disable' : 'enable', 'mtls', service, ...(port === undefined ? [] : [port])].join('-');
}
