import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { withHeritage } from '../../src/release/heritage.ts';

function labels(heritage: string): JsonObject {
  return { app: 'pilot', heritage };
}

function objects(heritage: string): readonly JsonObject[] {
  const template = { metadata: { labels: labels(heritage) }, spec: { heritage: 'Helm' } };
  return [
    {
      kind: 'Deployment',
      metadata: { labels: labels(heritage) },
      spec: { selector: { matchLabels: labels(heritage) }, template },
    },
    { kind: 'CronJob', spec: { jobTemplate: { metadata: { labels: labels(heritage) }, spec: { template } } } },
    { kind: 'Service', spec: { selector: labels(heritage) } },
    { kind: 'PodDisruptionBudget', spec: { selector: { matchLabels: labels(heritage) } } },
    { kind: 'NetworkPolicy', spec: { podSelector: { matchLabels: labels(heritage) } } },
  ];
}

describe('the label heritage', () => {
  it('becomes what the live objects carry, in labels, pod templates and selectors', () => {
    assert.deepEqual(
      objects('Helm').map((object) => withHeritage(object, 'Tiller')),
      objects('Tiller'),
    );
  });

  it('stays in texts, annotations, fields of other kinds, and where it says something else', () => {
    const others: readonly JsonObject[] = [
      {
        kind: 'ConfigMap',
        metadata: { annotations: labels('Helm') },
        data: { 'custom-resources.yaml': 'heritage: Helm\n' },
      },
      { kind: 'rule', spec: { selector: { heritage: 'Helm' }, match: 'heritage == "Helm"' } },
      ...objects('ours'),
      { kind: 'Deployment', metadata: { labels: { app: 'pilot' } }, spec: null },
    ];
    for (const object of others) assert.equal(withHeritage(object, 'Tiller'), object);
  });
});
