import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockers } from '../../../src/core/problem.ts';
import { GITHUB_LIMIT, sizeOf } from '../../../src/render/markdown/limit.ts';
import { planMarkdown } from '../../../src/render/markdown/plan-markdown.ts';
import { ACTIVE, outlineOf, readable } from './outline.ts';
import { randomPlan } from './random-plan.ts';

const OPTIONS = {
  commands: { plan: ['plan', '-f', '`|<b>'], apply: ['apply'], back: ['rollback'] },
  docsOf: (id: string) => `https://example.org/${id}`,
} as const;
/** What this tool itself says in Markdown's own signs. */
const OWN = /`--prune`|`-o json`/g;

test('of any plan the report fits, is well formed, leaves nothing of the cluster to be read, and names or counts every blocker', () => {
  const seen = { whole: 0, withoutDiffs: 0, counted: 0 };
  fc.assert(
    fc.property(randomPlan, (plan) => {
      const report = planMarkdown(plan, OPTIONS);
      assert.ok(sizeOf(report) <= GITHUB_LIMIT, `${sizeOf(report)} bytes`);
      const { headings, read } = outlineOf(report);
      assert.equal(headings[0]?.startsWith('## Istio'), true);
      for (const line of read) assert.doesNotMatch(readable(line.replaceAll(OWN, '')), ACTIVE, line);
      const all = blockers(plan.problems);
      const named = all.filter(({ id }) => report.includes(`\n- \`${id}\`: `));
      if (named.length < all.length) {
        seen.counted += 1;
        assert.match(report, new RegExp(`^- and ${all.length - named.length} more: `, 'm'));
      }
      if (all.length > 0) assert.match(report, new RegExp(`^\\*\\*Blocked by ${all.length} finding`, 'm'));
      if (report.includes('are left out here')) seen.withoutDiffs += 1;
      else if (!/^Left out here/m.test(report)) seen.whole += 1;
    }),
    { numRuns: 20 },
  );
  assert.ok(seen.counted > 0 && seen.withoutDiffs > 0, 'plans of every size were made');
});
