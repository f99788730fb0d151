import 'reflect-metadata';
import { createHash, createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { isPermitted, nameConstraints, NAME_CONSTRAINTS_OID } from './constraints.ts';
import { Trouble } from './trouble.ts';

/** PEM. `cert` is the leaf and then the CA, since agents know the CA by its hash only. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateOptions {
  /** `<data>/ca`; made when it is not there. */
  readonly folder: string;
  readonly site: string;
  /** This computer's addresses; loopback is always added. */
  readonly addresses: readonly string[];
  /** Wall clock, ms. */
  readonly now: number;
}

export interface Certificates {
  /** PEM of the site's CA, for browsers that shall trust it. */
  readonly ca: string;
  /** SHA-256 of the CA certificate's DER, hex: what tickets carry. */
  readonly caHash: string;
  current(): KeyPair;
  /** Addresses that the CA may not sign for, since they are not private; agents still accept them by the site's name. */
  readonly leftOut: readonly string[];
  /** Makes a new leaf when addresses changed or its end is near. True: call `Listener.renew()`. To be asked each hour. */
  refresh(addresses: readonly string[], now: number): Promise<boolean>;
}

/** Opens the site's CA, or makes it at the first start. Throws a `Trouble` when its files are damaged. */
export async function openCertificates(options: CertificateOptions): Promise<Certificates> {
  const { folder, site, now } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = (await readAuthority(folder)) ?? (await makeAuthority(folder, site, now));
  let leaf = await readLeaf(folder);
  let leftOut: readonly string[] = [];

  async function refresh(addresses: readonly string[], at: number): Promise<boolean> {
    const names = namesOf(site, addresses);
    leftOut = addresses.filter((address) => !isPermitted(address));
    if (leaf && serves(leaf, names, authority, at)) return false;
    leaf = await issueLeaf(authority, names, at);
    await write(join(folder, 'leaf.key'), leaf.key);
    await write(join(folder, 'leaf.crt'), leaf.cert);
    return true;
  }

  await refresh(options.addresses, now);
  return {
    ca: authority.cert,
    caHash: createHash('sha256').update(new X509Certificate(authority.cert).raw).digest('hex'),
    get leftOut() {
      return leftOut;
    },
    current: () => ({ key: leaf!.key, cert: `${leaf!.cert.trim()}\n${authority.cert}` }),
    refresh,
  };
}

/** The name under which agents check the collector, whatever its address: `<site>.internal`. */
export function siteName(site: string): string {
  return `${site}.internal`;
}

const DAY_MS = 86_400_000;
/** A session never sees a certificate end: a leaf is replaced this long before. */
const RENEW_BEFORE_MS = 60 * DAY_MS;
/** About what browsers accept of public CAs. */
const LEAF_MS = 397 * DAY_MS;
/** Two periods of the record's retention and the computers' life; changing a CA means visiting every seat. */
const AUTHORITY_MS = 25 * 365 * DAY_MS;
/** A seat whose battery died boots years ago, and must still be able to connect and have its clock judged. */
const NOT_BEFORE = new Date(Date.UTC(2000, 0, 1));
/** A collector whose own battery died must not issue what has ended already. */
const NOT_EARLIER_THAN = Date.UTC(2026, 10, 1);
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function makeAuthority(folder: string, site: string, now: number): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: [{ CN: [`Xunkao site CA ${site}`] }],
      notBefore: NOT_BEFORE,
      notAfter: new Date(Math.max(now, NOT_EARLIER_THAN) + AUTHORITY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.Extension(NAME_CONSTRAINTS_OID, true, nameConstraints()),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  const made = { key: await keyPem(keys.privateKey), cert: `${certificate.toString('pem')}\n` };
  // The key first: a key without a certificate is a start that was interrupted before anyone could trust it.
  await write(join(folder, 'ca.key'), made.key);
  await write(join(folder, 'ca.crt'), made.cert);
  return made;
}

async function readAuthority(folder: string): Promise<KeyPair | null> {
  const [key, cert] = await Promise.all([readText(join(folder, 'ca.key')), readText(join(folder, 'ca.crt'))]);
  if (cert === null) return null;
  try {
    if (key !== null && new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      await chmod(join(folder, 'ca.key'), 0o600);
      return { key, cert };
    }
  } catch {
    // Said below.
  }
  throw new Trouble({
    zh: `${folder} 中的 ca.key 与 ca.crt 缺失、损坏或不成对。请从备份恢复该文件夹；若移走它，全部机器都要用新的凭证重新登记`,
    en: `ca.key and ca.crt in ${folder} are missing, damaged or not a pair; restore the folder from a backup. Without it every machine has to enrol again with a new ticket`,
  });
}

async function readLeaf(folder: string): Promise<KeyPair | null> {
  const [key, cert] = await Promise.all([readText(join(folder, 'leaf.key')), readText(join(folder, 'leaf.crt'))]);
  return key === null || cert === null ? null : { key, cert };
}

function namesOf(site: string, addresses: readonly string[]): x509.JsonGeneralNames {
  const own = addresses.filter((address) => isIP(address) !== 0 && isPermitted(address));
  const unique = [...new Set([...own, '127.0.0.1', '::1'])].sort();
  return [
    { type: 'dns', value: siteName(site) },
    { type: 'dns', value: 'localhost' },
    ...unique.map((value) => ({ type: 'ip' as const, value })),
  ];
}

function serves(leaf: KeyPair, names: x509.JsonGeneralNames, authority: KeyPair, now: number): boolean {
  try {
    const issued = new X509Certificate(leaf.cert);
    const by = new X509Certificate(authority.cert);
    const until = Date.parse(issued.validTo);
    return (
      issued.checkPrivateKey(createPrivateKey(leaf.key)) &&
      issued.checkIssued(by) &&
      issued.verify(by.publicKey) &&
      until - Math.max(now, NOT_EARLIER_THAN) > RENEW_BEFORE_MS &&
      alternativeNames(leaf.cert) === new x509.SubjectAlternativeNameExtension(names).toString('hex')
    );
  } catch {
    return false;
  }
}

function alternativeNames(cert: string): string | undefined {
  return new x509.X509Certificate(cert).getExtension(x509.SubjectAlternativeNameExtension)?.toString('hex');
}

async function issueLeaf(authority: KeyPair, names: x509.JsonGeneralNames, now: number): Promise<KeyPair> {
  const issuer = new x509.X509Certificate(authority.cert);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const pkcs8 = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', Uint8Array.from(pkcs8), ALGORITHM, false, ['sign']);
  const end = Math.min(Math.max(now, NOT_EARLIER_THAN) + LEAF_MS, issuer.notAfter.getTime());
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: [{ CN: [names[0]!.value] }],
      issuer: issuer.subject,
      notBefore: NOT_BEFORE,
      notAfter: new Date(end),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  return { key: await keyPem(keys.privateKey), cert: `${certificate.toString('pem')}\n` };
}

/** Positive, 127 random bits. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({
    type: 'pkcs8',
    format: 'pem',
  });
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whole or not at all, and readable by this user only. */
async function write(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
