import { recentKubectl } from '../../../test/programs/recent-kubectl.ts';
import { compare } from '../compare.ts';
import type { Part } from '../part.ts';
import { unpackPackage } from '../unpacked-package.ts';

const WORDS = [['--help'], ['version'], ['plan', '--help']];

/** What the packaged program answers without a cluster, against its own Node.js that does nothing and kubectl's version. */
export const startUp: Part = async function* ({ rounds }) {
  const { program, node, remove } = unpackPackage();
  const bare = { argv: [node, '-e', '0'] };
  const kubectl = { argv: [recentKubectl(), 'version', '--client'] };
  try {
    for (const words of WORDS) {
      const ours = [{ argv: [program, ...words] }];
      const name = words.join(' ');
      yield await compare({ ours: name, theirs: 'node -e 0', run: { ours, theirs: [bare] } }, rounds);
      yield await compare({ ours: name, theirs: 'kubectl version --client', run: { ours, theirs: [kubectl] } }, rounds);
    }
  } finally {
    await remove();
  }
};
