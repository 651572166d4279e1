import { afterOf, beforeOf, type Change } from '../core/change.ts';
import type { K8sObject } from '../core/object.ts';
import { escapeControls } from '../diff/escape.ts';
import type { NormaliseOptions } from '../diff/normalise.ts';
import { objectYaml } from '../diff/object-yaml.ts';
import { shownPair } from '../diff/shown-pair.ts';

/** One object in the directories that a program compares; a text is empty where the object is not there. */
export interface DiffFile {
  readonly name: string;
  readonly live: string;
  readonly merged: string;
}

// File systems take names of 255 bytes.
const LONGEST_NAME = 240;

/**
 * What changes, as `kubectl diff` hands it to another program: a file an object, without secret values. What would command a terminal
 * is shown instead.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.20.2/staging/src/k8s.io/kubectl/pkg/cmd/diff/diff.go
 */
export function diffFiles(changes: readonly Change[], options: NormaliseOptions = {}): readonly DiffFile[] {
  return changes.map((change, index) => {
    const { before, after } = shownPair(beforeOf(change), afterOf(change), options);
    const name = fileName(change, (after ?? before)?.apiVersion ?? '');
    return {
      name: name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}-${index}` : name,
      live: safeYaml(before, after),
      merged: safeYaml(after, before),
    };
  });
}

function safeYaml(own: K8sObject | undefined, other: K8sObject | undefined): string {
  return escapeControls(objectYaml(own, other));
}

/** `apps.v1.Deployment.istio-system.istio-pilot`; what a file's name cannot have on every system is percent-encoded. */
function fileName({ ref: { kind, namespace, name } }: Change, apiVersion: string): string {
  const words = [...apiVersion.split('/'), kind, namespace, name].join('.');
  const encoded = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return words.replace(/[^\w.-]/gu, (character) => [...Buffer.from(character)].map(encoded).join(''));
}
