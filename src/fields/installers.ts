// Those who put Istio 1.1 there, as servers record them. They do not come back by themselves to set their fields again, so these
// can be handed over; `before-first-apply` is the API server's name for whoever wrote before it kept records.
const INSTALLERS = [
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-replace',
  'kubectl',
  'before-first-apply',
  'helm',
  'Helm',
  'tiller',
  'Go-http-client',
  'istio-operator',
];

/** Whether a field manager is an installer of releases, as opposed to a controller or a person who lives on after it. */
export function isInstaller(fieldManager: string): boolean {
  return INSTALLERS.includes(fieldManager);
}
