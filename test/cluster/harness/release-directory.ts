import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { K8sObject } from '../../../src/core/object.ts';

export interface ReleaseParts {
  readonly version: string;
  readonly crds: readonly K8sObject[];
  readonly controlPlane: readonly K8sObject[];
}

/** Where the chart of the control plane is in a release's directory. */
export const CHART = join('install', 'kubernetes', 'helm', 'istio');

/** A manifest as Helm keeps it: YAML documents, each after a line of three dashes. */
export function manifestOf(objects: readonly K8sObject[]): string {
  return objects.map((object) => `---\n# Source: istio/templates/all.yaml\n${stringify(object)}`).join('');
}

/** Writes the directory of a release whose chart installs these objects as they stand. */
export function writeRelease(directory: string, { version, crds, controlPlane }: ReleaseParts): void {
  const chart = join(directory, CHART);
  const files = {
    [join(directory, 'bin/istioctl')]: '#!/bin/sh\n',
    [join(dirname(chart), 'istio-init/files/crd-10.yaml')]: manifestOf(crds),
    [join(chart, 'Chart.yaml')]: `apiVersion: v1\nname: istio\nversion: ${version}\nappVersion: ${version}\n`,
    [join(chart, 'values.yaml')]: `global: {tag: ${version}}\n`,
    // What they say is no template's business: they hold braces of their own.
    [join(chart, 'files/all.yaml')]: manifestOf(controlPlane),
    [join(chart, 'templates/all.yaml')]: '{{ .Files.Get "files/all.yaml" }}\n',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  chmodSync(join(directory, 'bin/istioctl'), 0o755);
}
