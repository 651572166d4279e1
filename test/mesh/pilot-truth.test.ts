import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../../src/core/json.ts';
import { isK8sObject } from '../../src/core/object.ts';
import { type Snapshot, snapshotOf } from '../../src/core/snapshot.ts';
import { istio11, istio12 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import type { ServerMode } from '../../src/mesh/policies.ts';
import { policiesIn, serverMode, serverPolicy } from '../../src/mesh/server-policy.ts';
import { clientRule, subsetsOf, type Traffic, trafficOf } from '../../src/mesh/traffic.ts';
import { type ClientSettings, settingsOf } from '../../src/mesh/traffic-policy.ts';
import { istioData } from '../cluster/harness/binaries.ts';

// What pilot-discovery of both versions answered for random meshes, over ADS and on its authentication debug page.
const VERSIONS = { '1.1.17': istio11, '1.2.0': istio12 };
const SHOWN_MODES: Readonly<Record<ServerMode, string>> = {
  STRICT: 'mTLS',
  PERMISSIVE: 'HTTP/mTLS',
  DISABLE: 'HTTP',
  AMBIGUOUS: 'ambiguous',
};
const NAME = 'the model answers what real Pilots answered';

/** Answers by question: `client m1-a db.m1-a.svc.cluster.local|8000|v1`, `server db.m1-a.svc.cluster.local|8000`. */
type Answers = ReadonlyMap<string, string>;

function clientAnswer(settings: ClientSettings): string {
  const { tls, loadBalancer, maxConnections, hasOutlierDetection } = settings;
  const shown = tls === 'PLAINTEXT' ? 'plaintext' : tls;
  return [shown, loadBalancer, maxConnections ?? 'no limit', hasOutlierDetection].join(' ');
}

function modelledAnswers(traffic: Traffic, clients: readonly string[]): Answers {
  const answers = new Map<string, string>();
  for (const service of traffic.services.values()) {
    for (const port of service.ports) {
      const policy = serverPolicy(traffic.servers, service, port);
      const names = policiesIn(policy).map(({ name, namespace }) => `${name}/${namespace}`);
      answers.set(
        `server ${service.hostname}|${port.number}`,
        `${SHOWN_MODES[serverMode(policy)]} ${names.join() || '-'}`,
      );
      for (const client of clients) {
        const rule = clientRule(traffic, service, client);
        for (const subset of subsetsOf(rule)) {
          const question = `client ${client} ${service.hostname}|${port.number}|${subset?.name ?? ''}`;
          answers.set(question, clientAnswer(settingsOf(rule, service, { port, subset })));
        }
      }
    }
  }
  return answers;
}

function realAnswers({ client, server }: JsonObject): Answers {
  const answers = new Map<string, string>();
  for (const [namespace, clusters] of Object.entries(objectAt(client))) {
    for (const [cluster, answer] of Object.entries(objectAt(clusters))) {
      const { tls, loadBalancer, maxConnections = 'no limit', outlierDetection } = objectAt(answer);
      const text = [tls, loadBalancer, maxConnections, outlierDetection].join(' ');
      answers.set(`client ${namespace} ${cluster}`, text);
    }
  }
  for (const [port, answer] of Object.entries(objectAt(server))) {
    answers.set(`server ${port}`, `${valueAt(answer, 'mode')} ${valueAt(answer, 'policy')}`);
  }
  return answers;
}

/** Questions that are answered differently, or on one side only. */
function disagreements(a: Answers, b: Answers): readonly string[] {
  const questions = [...new Set([...a.keys(), ...b.keys()])].filter((question) => a.get(question) !== b.get(question));
  return questions.map((question) => `${question}: ${a.get(question)} / ${b.get(question)}`);
}

function snapshotIn(mesh: Json): Snapshot {
  return snapshotOf(listAt(valueAt(mesh, 'objects')).filter(isK8sObject));
}

function meshesIn(file: string): readonly Json[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line): Json => JSON.parse(line));
}

function truthFile(): string | undefined {
  const directory = istioData();
  const file = directory && join(directory, 'pilot-truth.jsonl');
  return file && existsSync(file) ? file : undefined;
}

const file = truthFile();
const MISSING = 'NOT RUN, no answers of real Pilots (pilot-truth.jsonl): set ISTIO_DATA';
const isRequired = process.env.ISTIO_UPGRADE_REQUIRE_CLUSTER === '1';

test(NAME, { skip: file === undefined && !isRequired ? MISSING : false }, (t) => {
  if (file === undefined) throw new Error(MISSING);
  const meshes = meshesIn(file);
  let answered = 0;
  let changed = 0;
  const wrong: string[] = [];
  for (const mesh of meshes) {
    const clients = listAt(valueAt(mesh, 'namespaces')).flatMap((name) => stringAt(name) ?? []);
    const real: Answers[] = [];
    for (const [version, semantics] of Object.entries(VERSIONS)) {
      const answers = valueAt(mesh, 'answers', version);
      assert.ok(isObject(answers), `mesh ${valueAt(mesh, 'id')} has answers of ${version}`);
      const truth = realAnswers(answers);
      const modelled = modelledAnswers(trafficOf(snapshotIn(mesh), 'istio-system', semantics), clients);
      wrong.push(...disagreements(modelled, truth).map((text) => `${version} mesh ${valueAt(mesh, 'id')} ${text}`));
      answered += truth.size;
      real.push(truth);
    }
    const [before = new Map(), after = new Map()] = real;
    changed += disagreements(before, after).length;
  }
  t.diagnostic(
    `${meshes.length} meshes, ${answered} answers, ${wrong.length} disagreements, ${changed} differ between versions`,
  );
  assert.deepEqual(wrong, []);
  assert.ok(meshes.length >= 100 && answered > 10_000 && changed > 50, 'there was enough to compare');
});
