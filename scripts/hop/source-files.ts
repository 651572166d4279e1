import type { HopNames } from './hop-names.ts';

/** The least that is a whole hop: what every hop has, and empty places for what these two versions have of their own; by path. */
export function sourceFiles(names: HopNames): Readonly<Record<string, string>> {
  const folder = `src/hops/${names.folder}`;
  return {
    [`${folder}/versions.ts`]: versions(names),
    [`${folder}/semantics.ts`]: semantics(names),
    [`${folder}/problems/index.ts`]: problems(names),
    [`${folder}/checks/index.ts`]: checks(names),
    [`${folder}/hop.ts`]: hop(names),
  };
}

function versions({ minor, version }: HopNames): string {
  return `import type { Minor } from '../../plan/hop.ts';

export const ${version.to}: Minor = { major: ${minor.major}, minor: ${minor.minor} };
`;
}

function semantics({ from, to, before, semantics: names }: HopNames): string {
  return `import type { Semantics } from '../../mesh/semantics.ts';
import { ${names.from} } from '../${before}/semantics.ts';

/** Pilot ${to} resolves policies and rules as ${from} does, as far as is known; where it does not, the difference stands here with its source. */
export const ${names.to}: Semantics = { ...${names.from} };
`;
}

function problems({ from, to }: HopNames): string {
  return `import type { ProblemKind } from '../../../plan/problem-kind.ts';
import { MESH_WIDE_PROBLEMS } from '../../every/problems/mesh-wide.ts';

/** Kinds of problems that the rules of this upgrade tell: those of every upgrade; what rules from ${from} to ${to} tell stands beside them. */
export const problems: readonly ProblemKind[] = [...MESH_WIDE_PROBLEMS];
`;
}

function checks({ from, to }: HopNames): string {
  return `import type { Check } from '../../../plan/check.ts';
import { CHECKS_OF_EVERY_HOP } from '../../every/checks/index.ts';

/** What is looked for before this upgrade: what every upgrade can have; what goes wrong from ${from} to ${to} alone stands beside it. */
export const checks: readonly Check[] = [...CHECKS_OF_EVERY_HOP];
`;
}

function hop({ from, to, before, hop: name, semantics: sides, version }: HopNames): string {
  return `import type { Hop } from '../../plan/hop.ts';
import { ${sides.from} } from '../${before}/semantics.ts';
import { ${version.from} } from '../${before}/versions.ts';
import { crds } from '../every/crds.ts';
import { leftovers } from '../every/leftovers.ts';
import { manifests } from '../every/manifests.ts';
import { MTLS_KINDS } from '../every/mtls-kinds.ts';
import { postInstall, postInstallObjects } from '../every/post-install.ts';
import { sidecars } from '../every/sidecars.ts';
import { checks } from './checks/index.ts';
import { problems } from './problems/index.ts';
import { ${sides.to} } from './semantics.ts';
import { ${version.to} } from './versions.ts';

export const ${name}: Hop = {
  from: ${version.from},
  to: ${version.to},
  docs: 'https://istio.io/v${to}/docs/',
  // What has to be carried over in users' configuration goes between \`crds\` and \`manifests\`.
  rules: [crds, manifests, postInstall, leftovers, sidecars],
  // Kinds that ${to}'s charts install objects of: what the roles of \`rbac apply\` without a target are about; none is known.
  installedKinds: [],
  // Those of them of which ${from}'s charts install none.
  broughtKinds: [],
  // What ${from}'s charts install and ${to}'s do not; none is known.
  retiredKinds: [],
  configKinds: MTLS_KINDS,
  checks,
  problems,
  // No rule looks at anything that only the mesh leads to.
  readsBesides: { kinds: [], select: () => [] },
  semantics: { from: ${sides.from}, to: ${sides.to} },
  postInstallObjects,
};
`;
}
