import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cluster } from '../../src/app/ports.ts';
import { checkLists, checkSelections } from '../../src/app/preflight.ts';
import { meshConfigObject, readBesides, readWorkloads, webhookLists } from '../../src/app/read-mesh.ts';
import { readState } from '../../src/app/read-state.ts';
import { readStatus } from '../../src/app/status.ts';
import { ApiError } from '../../src/core/errors.ts';
import { type K8sObject, kindText } from '../../src/core/object.ts';
import { CHECKS_OF_EVERY_HOP } from '../../src/hops/every/checks/index.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { understand } from '../../src/mesh/mesh.ts';
import type { Check, Finding } from '../../src/plan/check.ts';
import type { Hop } from '../../src/plan/hop.ts';
import type { Selection } from '../../src/plan/later-reads.ts';
import { but, clusterOf } from '../app/in-memory.ts';
import { definitionsFor } from '../running.ts';
import { checkContextOf, ISTIO, targetOf } from './context.ts';

/**
 * A case of a check: `<id>/<name>.yaml` holds the live objects, `<name>.target.yaml` the target's if there is one, and `<name>.txt` what is
 * said (none: nothing is). Comments on top of the first set the rest: `# kubernetes: v1.22.3`, `# from: 1.1.0`, `# unread: Secret`,
 * `# prune: true`.
 */
interface Case {
  readonly live: readonly K8sObject[];
  readonly target: readonly K8sObject[];
  readonly settings: Readonly<Record<string, string>>;
}

/** Every check of a hop against its cases, one at least that makes it speak and one that does not; those that every hop has are left out. */
export function testOwnChecks(hop: Hop, folder: string): void {
  const own = hop.checks.filter((check) => !CHECKS_OF_EVERY_HOP.includes(check));
  testChecks(own, hop, folder);
}

/** Checks against their cases, by a hop that has them. */
export function testChecks(checks: readonly Check[], hop: Hop, folder: string): void {
  test('no two checks have the same id, and every folder of cases belongs to one', () => {
    const ids = checks.map(({ id }) => id);
    assert.deepEqual([...new Set(ids)], ids);
    assert.deepEqual(readdirSync(folder).sort(), [...ids].sort());
  });
  for (const check of checks) testCheck(check, { folder: join(folder, check.id), hop });
}

function testCheck(check: Check, { folder, hop }: { readonly folder: string; readonly hop: Hop }): void {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const names = files.flatMap((file) => /^([^.]+)\.yaml$/.exec(file)?.[1] ?? []);

  test(`${check.id}: it has documentation and an explanation`, () => {
    assert.match(check.id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.match(check.docs, /^https:\/\//);
    assert.ok(check.explain.length >= 200, `${check.explain.length} characters`);
  });

  test(`${check.id}: there is a case that fires and one that does not`, () => {
    assert.ok(names.some((name) => name.startsWith('fires')) && names.some((name) => name.startsWith('silent')));
  });

  for (const name of names) {
    test(`${check.id}: case ${name}`, async () => {
      const findings = await findingsIn(check, readCase(folder, name), hop);
      assertSaid(join(folder, `${name}.txt`), check, findings);
      assert.equal(findings.length > 0, name.startsWith('fires'), 'its name says whether it fires');
      for (const { hint, message } of findings) assert.ok(hint, `what to do about: ${message}`);
    });

    test(`${check.id}: case ${name}, in any order`, async () => {
      const { live, target, settings } = readCase(folder, name);
      const reversed = { live: live.toReversed(), target: target.toReversed(), settings };
      const said = await findingsIn(check, { live, target, settings }, hop);
      assert.deepEqual(await findingsIn(check, reversed, hop), said);
    });
  }
}

function readCase(folder: string, name: string): Case {
  const file = join(folder, `${name}.yaml`);
  const text = readFileSync(file, 'utf8');
  const settings = [...text.matchAll(/^# (\w+): (.*)$/gm)].map(([, key = '', value = '']) => [key, value] as const);
  const targetFile = join(folder, `${name}.target.yaml`);
  const target = existsSync(targetFile) ? readSnapshot(readFileSync(targetFile, 'utf8'), targetFile) : [];
  return { live: readSnapshot(text, file), target, settings: Object.fromEntries(settings) };
}

/** The check sees what the program would have read for it, and nothing else. */
async function findingsIn(check: Check, { live, target, settings }: Case, hop: Hop): Promise<readonly Finding[]> {
  const unread = (settings.unread ?? '').split(/, */).filter((kind) => kind !== '');
  const cluster = forbidding(unread, clusterOf(...live, ...definitionsFor(live)));
  const resources = await cluster.discover();
  const reading = { resources, istioNamespace: ISTIO };
  const [workloads, state, status] = await Promise.all([
    readWorkloads(cluster, resources, ISTIO),
    readState(cluster, {
      lists: [...webhookLists(resources), ...checkLists([check], reading)],
      objects: meshConfigObject(resources, ISTIO),
    }),
    readStatus({ istioNamespace: ISTIO, namespace: undefined, labelSelector: undefined }, cluster),
  ]);
  const first = [...workloads.objects.values(), ...state.snapshot.objects.values()];
  const seen = { mesh: understand({ objects: new Map([...workloads.objects, ...state.snapshot.objects]) }, ISTIO) };
  const selections = checkSelections([check], { ...seen, status: status.mesh });
  assertDeclared(check, selections);
  const besides = await readBesides(cluster, selections, resources);
  return check.find(
    checkContextOf({
      live: [...first, ...besides.snapshot.objects.values()],
      target,
      postInstall: hop.postInstallObjects({ objects: targetOf(target) }).map(({ object: made }) => made),
      prune: settings.prune === 'true',
      status: status.mesh,
      unread: [...state.unread, ...besides.unread],
      ...(settings.kubernetes === undefined ? {} : { kubernetes: settings.kubernetes }),
      ...(settings.from === undefined ? {} : { from: settings.from }),
    }),
  );
}

/** Roles are made of what a check says beforehand. */
function assertDeclared({ readsBesides, id }: Check, selections: readonly Selection[]): void {
  for (const { group, kind, namespace } of selections) {
    const isDeclared = readsBesides?.kinds.some(
      (one) => one.group === group && one.kind === kind && (one.namespace === undefined || namespace === ISTIO),
    );
    assert.ok(isDeclared, `${id} says beforehand that it reads ${kindText({ group, kind })} in ${namespace}`);
  }
}

function forbidding(kinds: readonly string[], cluster: Cluster): Cluster {
  return but(cluster, {
    async *list(resource, query) {
      if (kinds.includes(kindText(resource)))
        throw new ApiError(`list ${kindText(resource)}: forbidden`, { status: 403, reason: 'Forbidden' });
      yield* cluster.list(resource, query);
    },
  });
}

/** Each finding in two lines, as a file that is read when it changes; `UPDATE_GOLDEN=1` writes it. */
function assertSaid(file: string, check: Check, findings: readonly Finding[]): void {
  const said = findings
    .map(({ severity = check.severity, message, hint }) => `${severity} ${message}\n  ${hint ?? ''}\n`)
    .join('');
  if (process.env.UPDATE_GOLDEN === '1' && said !== '') writeFileSync(file, said);
  assert.equal(said, existsSync(file) ? readFileSync(file, 'utf8') : '');
}
