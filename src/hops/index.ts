import type { Hop } from '../plan/hop.ts';
import { hop11to12 } from './1.1-to-1.2/hop.ts';

/** The upgrade path, one minor version after the other. */
export const HOPS: readonly Hop[] = [hop11to12];
