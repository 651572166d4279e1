/** Name under which every field that this tool writes is owned. */
export const FIELD_MANAGER = 'istio-upgrade';
