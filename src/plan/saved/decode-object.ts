import { isK8sObject, type K8sObject, type ObjectRef } from '../../core/object.ts';
import type { ApiResource } from '../../core/resources.ts';
import { BadValue, type Decoder, flag, listOf, record, text } from './decode.ts';

export const k8sObject: Decoder<K8sObject> = (value, at) => {
  if (isK8sObject(value)) return value;
  throw new BadValue(`${at} is not a Kubernetes object`);
};

export const objectRef: Decoder<ObjectRef> = record((take) => ({
  group: take('group', text),
  kind: take('kind', text),
  namespace: take('namespace', text),
  name: take('name', text),
}));

export const apiResource: Decoder<ApiResource> = record((take) => ({
  group: take('group', text),
  version: take('version', text),
  kind: take('kind', text),
  resource: take('resource', text),
  namespaced: take('namespaced', flag),
  verbs: take('verbs', listOf(text)),
}));

export const requirement = record((take) => ({
  object: take('object', k8sObject),
  resource: take('resource', apiResource),
}));
