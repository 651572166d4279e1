/** Something that is wrong with patches of Istio 1.2, whoever installs them. */
export interface PatchDefect {
  /** The first and the last patch that has it. */
  readonly patches: readonly [first: number, last: number];
  readonly what: string;
  readonly source: string;
}

/** The last patch of 1.2, from 2019-12-10. */
export const LAST_PATCH = 10;

/** What each later patch says it mends, as far as it was in the patches named; the worst first. */
export const PATCH_DEFECTS: readonly PatchDefect[] = [
  {
    patches: [0, 9],
    what: 'requests can overflow the heap of proxies or slip past policies (CVE-2019-18801, CVE-2019-18802)',
    source: 'https://istio.io/news/security/istio-security-2019-007/',
  },
  {
    patches: [0, 6],
    what: 'requests with many small headers exhaust proxies (CVE-2019-15226)',
    source: 'https://istio.io/news/security/istio-security-2019-005/',
  },
  {
    patches: [0, 3],
    what: 'HTTP/2 floods and long URIs bring proxies down (CVE-2019-9512 to 9518, CVE-2019-14993)',
    source: 'https://istio.io/news/security/istio-security-2019-003/',
  },
  {
    patches: [4, 4],
    what: 'one image of proxyv2:1.2.4 lacks its security fixes (pulled from 2019-08-23 to 2019-09-06)',
    source: 'https://istio.io/news/security/incorrect-sidecar-image-1.2.4/',
  },
  {
    patches: [0, 1],
    what: 'a malformed JWT crashes proxies that verify JWTs (CVE-2019-12995)',
    source: 'https://istio.io/news/security/istio-security-2019-002/',
  },
  {
    patches: [4, 5],
    what: 'proxies crash now and then (istio#16357)',
    source: 'https://github.com/istio/istio/issues/16357',
  },
  {
    patches: [7, 7],
    what: 'sizes of headers and bodies are counted wrong (istio#17735)',
    source: 'https://github.com/istio/istio/issues/17735',
  },
  {
    patches: [0, 5],
    what: 'Pilot forgets the service accounts of hosts with several ports',
    source: 'https://istio.io/v1.2/about/notes/1.2.6/',
  },
  {
    patches: [0, 2],
    what: 'a sidecar forwards requests to itself where a pod has a port that its service has not (istio#14443)',
    source: 'https://github.com/istio/istio/issues/14443',
  },
  {
    patches: [0, 0],
    what: 'upgraded proxies may get no certificate over SDS (istio#15020)',
    source: 'https://github.com/istio/istio/issues/15020',
  },
];

/** What is wrong with one patch. */
export function defectsOf(patch: number): readonly string[] {
  return PATCH_DEFECTS.filter(({ patches: [first, last] }) => first <= patch && patch <= last).map(({ what }) => what);
}
