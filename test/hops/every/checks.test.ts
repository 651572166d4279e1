import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CHECKS_OF_EVERY_HOP } from '../../../src/hops/every/checks/index.ts';
import { HOPS } from '../../../src/hops/index.ts';
import { testChecks } from '../check-cases.ts';

const [hop] = HOPS;
assert.ok(hop);
testChecks(CHECKS_OF_EVERY_HOP, hop, join(import.meta.dirname, 'cases'));
