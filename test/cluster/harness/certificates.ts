import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface LeafName {
  /** User name of a client, or any name of a server. */
  readonly commonName: string;
  /** Groups of a client. */
  readonly organizations?: readonly string[];
}

/** A certificate authority of its own for one cluster, in files of a directory; all its certificates hold for 127.0.0.1. */
export class CertificateAuthority {
  readonly own: KeyPair;
  readonly #directory: string;
  readonly #config: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#config = path.join(directory, 'openssl.cnf');
    writeFileSync(this.#config, '[req]\ndistinguished_name = name\n[name]\n');
    this.own = this.#request('ca', '/CN=test-ca', ['-addext', 'basicConstraints=critical,CA:TRUE']);
  }

  /** @returns the authority's certificate as `caBundle` and `certificate-authority-data` want it */
  get bundle(): string {
    return Buffer.from(this.own.cert).toString('base64');
  }

  issue(file: string, { commonName, organizations = [] }: LeafName): KeyPair {
    const subject = [...organizations.map((name) => `/O=${name}`), `/CN=${commonName}`].join('');
    return this.#request(file, subject, [
      ...['-CA', this.own.certFile, '-CAkey', this.own.keyFile],
      ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc'],
      ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
    ]);
  }

  #request(file: string, subject: string, more: readonly string[]): KeyPair {
    const certFile = path.join(this.#directory, `${file}.crt`);
    const keyFile = path.join(this.#directory, `${file}.key`);
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const args = [
      'req',
      '-x509',
      '-config',
      this.#config,
      '-days',
      '30',
      '-subj',
      subject,
      ...newKey,
      '-out',
      certFile,
    ];
    execFileSync('openssl', [...args, ...more], { stdio: 'pipe' });
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  }
}

/** The key that service account tokens are signed with. */
export function serviceAccountKey(directory: string): string {
  const file = path.join(directory, 'service-account.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(file, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  return file;
}
