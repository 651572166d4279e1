import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject, type Json, stringAt, valueAt } from '../../../src/core/json.ts';
import { isK8sObject } from '../../../src/core/object.ts';
import { rejections } from '../../../src/hops/1.1-to-1.2/validation/index.ts';
import { istioData } from '../../cluster/harness/binaries.ts';

// What `istioctl validate` of both versions said of custom resources.
const MISSING = "NOT RUN, no verdicts of Istio's validators (validation-truth.jsonl): set ISTIO_DATA";
const isRequired = process.env.ISTIO_UPGRADE_REQUIRE_CLUSTER === '1';

function truthFile(): string | undefined {
  const directory = istioData();
  const file = directory && join(directory, 'validation-truth.jsonl');
  return file && existsSync(file) ? file : undefined;
}

function casesIn(file: string): readonly Json[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): Json => JSON.parse(line));
}

/** `a/b` of `invalid tag key: "a/b"`; undefined where the message quotes no label. */
function quotedLabel(message: string): string | undefined {
  const quoted = /invalid tag (?:key|value): (".*")/.exec(message)?.[1];
  return quoted === undefined ? undefined : stringAt(JSON.parse(quoted));
}

/** Whether a rejection names what 1.2 complained about, as far as its message tells where that is. */
function isNamed(field: string, why: string, message: string): boolean {
  const label = quotedLabel(message);
  if (label !== undefined) return /abels\[".*"\]$/.test(field) && why.startsWith(JSON.stringify(label));
  if (/T(CP|LS) route is required/.test(message)) return field.endsWith('.route');
  if (/domain name|CORS/.test(message)) return /\.allowOrigin\[\d+\]$/.test(field);
  return /not_methods/.test(message) && field === 'spec.rules[0].notMethods';
}

const file = truthFile();

test("what 1.2's validation rejects and 1.1's accepts is found, with the field, and nothing that 1.2 accepts is", {
  skip: file === undefined && !isRequired ? MISSING : false,
}, (t) => {
  if (file === undefined) throw new Error(MISSING);
  const counts = { resources: 0, newlyRejected: 0, found: 0, accepted: 0, spared: 0 };
  const wrong: string[] = [];
  for (const one of casesIn(file)) {
    const object = valueAt(one, 'object');
    assert.ok(isObject(object) && isK8sObject(object));
    const name = stringAt(valueAt(one, 'case')) ?? '';
    const found = rejections(object);
    const accepts = (version: string) => valueAt(one, 'verdict', version, 'accepted');
    const message = stringAt(valueAt(one, 'verdict', '1.2.0', 'message')) ?? '';
    counts.resources += 1;
    if (accepts('1.2.0') === true) {
      counts.accepted += 1;
      if (found.length === 0) counts.spared += 1;
      else wrong.push(`${name}: 1.2 accepts it, found ${found.map(({ field }) => field).join(', ')}`);
    }
    if (accepts('1.1.17') === true && accepts('1.2.0') === false) {
      counts.newlyRejected += 1;
      if (found.some(({ field, why }) => isNamed(field, why, message))) counts.found += 1;
      else wrong.push(`${name}: ${message}, found ${found.map(({ field }) => field).join(', ') || 'nothing'}`);
    }
  }
  t.diagnostic(
    `${counts.resources} custom resources: ${counts.newlyRejected} newly rejected, ${counts.found} found; ${counts.accepted} accepted, ${counts.spared} left alone`,
  );
  assert.deepEqual(wrong, []);
  assert.ok(counts.newlyRejected >= 30 && counts.accepted >= 50, 'there was enough to compare');
});
