import { HOPS } from '../../src/hops/index.ts';
import type { Hop } from '../../src/plan/hop.ts';

/** What rules say is told apart from what checks find, which have cases of their own. */
export const WITHOUT_CHECKS: readonly Hop[] = HOPS.map((hop) => ({ ...hop, checks: [] }));
