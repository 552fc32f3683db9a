/**
 * The root CA of a swarm: a key and a certificate that it signs itself.
 * Limits: it signs nothing else; nodes trust each other's word instead of certificates.
 * @see swarmkit ca/certificates.go: CreateRootCA, cfssl signer/signer.go: FillTemplate; RFC 5280 §4.1
 */
import { base64 } from '../../../base/base64.ts';
import { civil, two } from '../../../base/civil.ts';
import { utf8 } from '../../../base/http.ts';
import type { Rng } from '../../../base/rng.ts';
import { sha1 } from '../../../base/sha1.ts';
import { sha256 } from '../../images/digest.ts';
import { bits, der, integer, octets, oid, printable, sequence, set, TRUE } from './der.ts';
import { encodePoint, generateKey, type KeyPair, sign } from './p256.ts';

const MINUTE = 60_000_000_000n;
/** Valid from five minutes ago, for twenty years of 365 days. */
const BACKDATE = 5n * MINUTE;
const LIFETIME = 20n * 365n * 24n * 60n * MINUTE;

const EC_KEY = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const SUBJECT = sequence(set(sequence(oid('2.5.4.3'), printable('swarm-ca'))));
/** keyCertSign and cRLSign. */
const KEY_USAGE = sequence(oid('2.5.29.15'), TRUE, octets(bits(Uint8Array.of(0x06), 1)));
const IS_CA = sequence(oid('2.5.29.19'), TRUE, octets(sequence(TRUE)));

/** As the API's TLSInfo has it; the last two in base64 of DER. */
export interface TrustInfo {
  readonly TrustRoot: string;
  readonly CertIssuerSubject: string;
  readonly CertIssuerPublicKey: string;
}

export interface RootCa {
  readonly info: TrustInfo;
  /** SHA-256 of the certificate's PEM text, 64 hexadecimal digits: what join tokens name. */
  readonly digest: string;
}

/** @param now ns since 1970 */
export function createRootCa(rng: Rng, now: bigint): RootCa {
  const key = generateKey(rng);
  const publicKey = sequence(EC_KEY, bits(encodePoint(key.point)));
  return rootCaOf(pem(certificate(rng, key, publicKey, now)), publicKey);
}

function rootCaOf(certificate: string, publicKey: Uint8Array): RootCa {
  return {
    info: {
      TrustRoot: certificate,
      CertIssuerSubject: base64(SUBJECT),
      CertIssuerPublicKey: base64(publicKey),
    },
    digest: sha256(certificate),
  };
}

function certificate(rng: Rng, key: KeyPair, publicKey: Uint8Array, now: bigint): Uint8Array {
  const begin = ((now - BACKDATE) / MINUTE) * MINUTE;
  const keyId = sequence(oid('2.5.29.14'), octets(octets(sha1(encodePoint(key.point)))));
  const body = sequence(
    der(0xa0, integer(2n)),
    integer(BigInt(`0x${rng.hex(40)}`) >> 1n),
    ECDSA_SHA256,
    SUBJECT,
    sequence(utcTime(begin), utcTime(begin + LIFETIME)),
    SUBJECT,
    publicKey,
    der(0xa3, sequence(KEY_USAGE, IS_CA, keyId)),
  );
  const { r, s } = sign(rng, key, body);
  return sequence(body, ECDSA_SHA256, bits(sequence(integer(r), integer(s))));
}

/** YYMMDDhhmmssZ */
function utcTime(ns: bigint): Uint8Array {
  const c = civil(ns);
  return der(0x17, utf8(`${[c.year % 100, c.month, c.day, c.hour, c.minute, c.second].map((n) => two(n)).join('')}Z`));
}

/** @see RFC 7468 */
function pem(bytes: Uint8Array): string {
  const lines = base64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
