import { HOPS } from '../../src/hops/index.ts';
import { problemKinds } from '../../src/plan/problem-kinds/index.ts';

/** Where a kind of finding is documented, by its id. */
export function docsOf(): (id: string) => string | undefined {
  const docs = new Map(problemKinds(HOPS).map((kind) => [kind.id, kind.docs]));
  return (id) => docs.get(id);
}
