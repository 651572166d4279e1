import { recentKubectl } from '../../../test/programs/recent-kubectl.ts';
import { compare } from '../compare.ts';
import type { Part } from '../part.ts';
import { plugin } from '../plugin.ts';

const BARE = { argv: [process.execPath, '-e', '0'] };

/** What answers without a cluster, against a Node.js that does nothing and kubectl's own. */
export const startUp: Part = async function* ({ rounds }) {
  const kubectl = { argv: [recentKubectl(), 'version', '--client'] };
  for (const word of ['--help', 'version']) {
    const ours = [plugin([word])];
    yield await compare({ ours: word, theirs: 'node -e 0', run: { ours, theirs: [BARE] } }, rounds);
    yield await compare({ ours: word, theirs: 'kubectl version --client', run: { ours, theirs: [kubectl] } }, rounds);
  }
};
