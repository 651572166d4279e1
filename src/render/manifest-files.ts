import type { KubectlStep } from '../app/kubectl-steps.ts';
import type { ObjectRef } from '../core/object.ts';
import { PHASES, type Phase } from '../core/phase.ts';
import type { Plan } from '../core/plan.ts';
import { manifestReadme, type Section } from './manifest-readme.ts';
import { manifestYaml } from './manifest-yaml.ts';

/** A file to write, by its path inside a directory. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/**
 * A plan as files: every object that is written, a folder a phase, named so that they sort in the order in which they are applied, and a
 * README with the commands. No value of a Secret is in them.
 */
export function manifestFiles(plan: Plan, stepsOf: (phase: Phase) => readonly KubectlStep[]): readonly ManifestFile[] {
  const sections = plan.phases.map((phase) => section(phase, stepsOf(phase)));
  const objects = sections.flatMap(({ entries }) =>
    entries.flatMap(({ step, path }) =>
      path === undefined || !('object' in step) ? [] : [{ path, text: manifestYaml(step.object) }],
    ),
  );
  return [{ path: 'README.md', text: manifestReadme(plan, sections) }, ...objects];
}

function section(phase: Phase, steps: readonly KubectlStep[]): Section {
  const folder = `${PHASES.indexOf(phase) + 1}-${phase}`;
  const entries = steps.map((step, index) =>
    'object' in step ? { step, path: `${folder}/${fileName(index + 1, step.ref)}` } : { step, path: undefined },
  );
  return { phase, folder, entries };
}

/** `007-deployment-istio-system-istio-pilot.yaml`; the number alone makes it unique. */
function fileName(number: number, { kind, namespace, name }: ObjectRef): string {
  const words = [kind.toLowerCase(), namespace, name].filter((word) => word !== '').join('-');
  return `${String(number).padStart(3, '0')}-${words.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 200)}.yaml`;
}
