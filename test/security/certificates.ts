/** Certificates for tests: authorities, and what they sign. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto as never);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 24 * 60 * 60_000;

export interface Signed {
  /** PEM */
  readonly certificate: string;
  /** PEM, PKCS #8 */
  readonly key: string;
}

export interface Authority {
  /** PEM */
  readonly certificate: string;
  /** @param names DNS names and addresses; `expired`: since yesterday. */
  sign(subject: string, names: readonly string[], options?: { readonly expired?: boolean }): Promise<Signed>;
}

export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await makeKeys();
  const own = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    notBefore: new Date(Date.now() - 9 * day),
    notAfter: new Date(Date.now() + 9 * day),
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    certificate: pem(own),
    async sign(subject, names, { expired = false } = {}) {
      const { publicKey, privateKey } = await makeKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${subject}`,
        issuer: own.subject,
        publicKey,
        signingKey: keys.privateKey,
        notBefore: new Date(Date.now() - 8 * day),
        notAfter: new Date(Date.now() + (expired ? -1 : 8) * day),
        signingAlgorithm: algorithm,
        extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names.map(nameOf))],
      });
      return { certificate: pem(certificate), key: await pemOf(privateKey) };
    },
  };
}

const nameOf = (value: string) => ({ type: /^[\d.]+$/.test(value) ? 'ip' : 'dns', value }) as const;
const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
const pem = (certificate: X509Certificate) => `${certificate.toString('pem')}\n`;

async function pemOf(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
