/**
 * Names that a swarm makes: ids of objects, join tokens, keys that unlock.
 * @see swarmkit identity/randomid.go: NewID, ca/config.go: GenerateJoinToken, manager/encryption/encryption.go
 */
import { base64 } from '../../base/base64.ts';
import type { Rng } from '../../base/rng.ts';

/** Digits in base 36: of a SHA-256, of 128 bits, of an id. */
const DIGEST_DIGITS = 50;
const SECRET_DIGITS = 25;
const ID_DIGITS = 25;
const KEY_BYTES = 32;
const KEY_PREFIX = 'SWMKEY-1-';

const base36 = (hex: string): string => BigInt(`0x${hex}`).toString(36);

/** An id: 25 digits in base 36. Of 17 random bytes the first bit is set, and the leading digit dropped. */
export function newId(rng: Rng): string {
  const hex = rng.hex(34);
  const high = (Number.parseInt(hex[0] as string, 16) | 8).toString(16);
  return base36(`${high}${hex.slice(1)}`).slice(1, ID_DIGITS + 1);
}

/** @param digest of the root CA's certificate, in hexadecimal digits */
export function newJoinToken(rng: Rng, digest: string): string {
  const secret = base36(rng.hex(32)).padStart(SECRET_DIGITS, '0');
  return `SWMTKN-1-${base36(digest).padStart(DIGEST_DIGITS, '0')}-${secret}`;
}

/** The CA's digest that a token names; undefined when it is no token. */
export function digestOf(token: string): string | undefined {
  const parts = token.split('-');
  const [name, version, digest = '', secret = ''] = parts;
  if (parts.length !== 4 || name !== 'SWMTKN' || version !== '1') return undefined;
  if (digest.length !== DIGEST_DIGITS || secret.length !== SECRET_DIGITS || !/^[0-9a-z]*$/.test(digest))
    return undefined;
  let value = 0n;
  for (const d of digest) value = value * 36n + BigInt(Number.parseInt(d, 36));
  return value.toString(16).padStart(64, '0');
}

/** A key that unlocks managers, as people are shown it. */
export function newUnlockKey(rng: Rng): string {
  return `${KEY_PREFIX}${base64(rng.bytes(KEY_BYTES)).replace(/=+$/, '')}`;
}

/** Has the form of such a key. */
export function isUnlockKey(key: string): boolean {
  return key.startsWith(KEY_PREFIX) && /^[A-Za-z0-9+/]{43}$/.test(key.slice(KEY_PREFIX.length));
}
