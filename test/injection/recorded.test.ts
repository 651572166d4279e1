import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { listAt, objectAt } from '../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { parseVersion } from '../../src/core/version.ts';
import { withDefaults } from '../../src/fields/defaults.ts';
import { isInjected, sidecarVersion } from '../../src/injection/detect.ts';
import { mountsSdsToken, parseInjectConfig, requireLanguage } from '../../src/injection/inject-config.ts';
import { injectedDnsOf } from '../../src/injection/injected-dns.ts';
import type { Injector } from '../../src/injection/injector.ts';
import { moveTag } from '../../src/injection/move-tag.ts';
import { podSpecOf } from '../../src/injection/pod-template.ts';
import { reinject } from '../../src/injection/reinject.ts';
import { strip } from '../../src/injection/strip.ts';
import { istioData } from '../cluster/harness/binaries.ts';
import { dataText, objectsIn, recordedCases, semantic, skip, withNewFields } from './recorded.ts';

const V120 = { major: 1, minor: 2, patch: 0, suffix: '' };
const OLD = { sdsTokenMount: false };
const INPUT = { mesh: '', config: '', values: '{}' };

function configOf(version: string) {
  const values = version === '1.1.17' ? undefined : dataText(`istio-${version}/injection/values.json`);
  return parseInjectConfig(dataText(`istio-${version}/injection/config.yaml`), version, values);
}

/** Answers with what istioctl 1.2.0 printed, after a look at what it was given. */
function recordedInjector(original: readonly K8sObject[], answers: readonly K8sObject[], isExact = true): Injector {
  const same = (a: K8sObject, b: K8sObject) => refText(refOf(a)) === refText(refOf(b));
  return {
    version: V120,
    inject: async (workloads) =>
      workloads.map((given) => {
        const wanted = original.find((one) => same(one, given));
        assert.ok(wanted, `${given.kind} ${given.metadata.name} is in the case`);
        if (isExact) assert.deepEqual(semantic(given), semantic(wanted));
        const answer = answers.find((one) => same(one, given));
        assert.ok(answer);
        return answer;
      }),
  };
}

describe("Istio's own injections", { skip }, () => {
  const cases = recordedCases();

  it('has the record of several kinds', () => {
    const kinds = new Set(cases.flatMap(({ original }) => original.map(({ kind }) => kind)));
    assert.deepEqual([...kinds].sort(), ['CronJob', 'DaemonSet', 'Deployment', 'Service', 'StatefulSet']);
    assert.equal(cases.length, 6);
  });

  for (const { name, original, old, next } of cases) {
    it(`takes the sidecar of 1.1.17 out exactly: ${name}`, () => {
      assert.deepEqual(
        old.map((one) => semantic(strip(one, OLD).object)),
        original.map(semantic),
      );
    });

    it(`takes the sidecar of 1.2.0 out exactly, and finds nothing more then: ${name}`, () => {
      for (const [index, one] of next.entries()) {
        const once = strip(one, OLD);
        assert.deepEqual(semantic(once.object), semantic(original[index] ?? one));
        assert.deepEqual(strip(once.object, OLD), { ...once, removed: [] });
      }
    });

    it(`takes it out of what a server makes of it: ${name}`, () => {
      for (const [index, one] of old.entries()) {
        const bare = strip(withDefaults(one), OLD).object;
        assert.deepEqual(semantic(withDefaults(bare)), semantic(withDefaults(original[index] ?? one)));
      }
    });

    it(`plans what istioctl 1.2.0 makes of the original: ${name}`, async () => {
      const options = { injector: recordedInjector(original, next), input: INPUT, old: () => OLD };
      const results = await reinject(old, options);
      assert.equal(results.length, old.filter((one) => sidecarVersion(one) !== undefined).length);
      for (const { live, object, problems } of results) {
        assert.deepEqual(problems, []);
        const answer = next.find((one) => refText(refOf(one)) === refText(refOf(live)));
        assert.ok(object && answer);
        assert.deepEqual(semantic(object), semantic(answer));
        assert.equal(sidecarVersion(object)?.minor, 2);
      }
    });

    it(`keeps the fields that istioctl does not know: ${name}`, async () => {
      const live = old.filter(isInjected).map(withNewFields);
      const options = { injector: recordedInjector(original, next, false), input: INPUT, old: () => OLD };
      for (const { live: before, object } of await reinject(live, options)) {
        const answer = next.find((one) => refText(refOf(one)) === refText(refOf(before)));
        assert.ok(object && answer);
        assert.deepEqual(semantic(object), semantic(withNewFields(answer)));
      }
    });
  }

  it("reads the releases' configurations", () => {
    const [old, next] = [configOf('1.1.17'), configOf('1.2.0')];
    assert.equal(next.policy, 'enabled');
    assert.equal(injectedDnsOf(old, 'shop'), undefined);
    assert.equal(injectedDnsOf(next, 'shop'), undefined);
    assert.equal(mountsSdsToken(dataText('istio-1.1.17/injection/mesh.yaml')), false);
    requireLanguage(next, V120);
    assert.throws(() => requireLanguage(old, V120), /written in \[\[ \]\], and Istio 1\.2 reads \{\{ \}\}/);
  });

  it("moves the tags of 1.1.17's configuration, and none in 1.2.0's", () => {
    const moves = moveTag(configOf('1.1.17'), V120).moves.map(({ before, after }) => [before, after]);
    assert.deepEqual(moves, [
      ['docker.io/istio/proxy_init:1.1.17', 'docker.io/istio/proxy_init:1.2.0'],
      ['docker.io/istio/proxyv2:1.1.17', 'docker.io/istio/proxyv2:1.2.0'],
    ]);
    assert.deepEqual(moveTag(configOf('1.2.0'), V120).moves, []);
    const later = moveTag(configOf('1.2.0'), { ...V120, patch: 10 });
    assert.deepEqual(later.moves, [{ where: 'values, global.tag', before: '1.2.0', after: '1.2.10' }]);
    assert.deepEqual(parseVersion('1.2.10')?.patch, 10);
  });

  it('finds no sidecar in the control plane, whose pods carry proxies', () => {
    for (const version of ['1.1.17', '1.2.0']) {
      const objects = objectsIn(join(istioData() ?? '', `istio-${version}/control-plane-mtls.yaml`));
      const proxies = objects.filter((one) =>
        listAt(podSpecOf(one).containers).some((c) => objectAt(c).name === 'istio-proxy'),
      );
      assert.ok(proxies.length >= 4, `${proxies.length} workloads with a proxy`);
      assert.deepEqual(
        objects.filter(isInjected).map((one) => one.metadata.name),
        [],
      );
    }
  });
});
