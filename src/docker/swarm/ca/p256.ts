/**
 * ECDSA over P-256, as far as a certificate authority needs it: keys, signatures.
 * Limits: takes no care that its time tells nothing of the key; the keys of a lab are no secrets.
 * @see FIPS 186-4 §6.4, SEC 1 §2.3 and §4.1; NIST SP 800-186 §3.2.1.3 (the curve)
 */
import type { Rng } from '../../../base/rng.ts';
import { sha256 } from '../../images/digest.ts';

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const G: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** A point with a denominator: x/z², y/z³; z 0 is the point at infinity. */
interface Jacobian {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

export interface KeyPair {
  readonly secret: bigint;
  readonly point: Point;
}

const mod = (a: bigint, m = P): bigint => ((a % m) + m) % m;

function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let out = 1n;
  let b = mod(base, m);
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) out = (out * b) % m;
    b = (b * b) % m;
  }
  return out;
}

/** By Fermat: the moduli are prime. */
const inverse = (a: bigint, m: bigint): bigint => power(a, m - 2n, m);

function double({ x, y, z }: Jacobian): Jacobian {
  const yy = mod(y * y);
  const s = mod(4n * x * yy);
  const zz = mod(z * z);
  const m = mod(3n * (x - zz) * (x + zz));
  const x3 = mod(m * m - 2n * s);
  return { x: x3, y: mod(m * (s - x3) - 8n * yy * yy), z: mod(2n * y * z) };
}

/** @param q not at infinity, and not p itself */
function add(p: Jacobian, q: Point): Jacobian {
  if (p.z === 0n) return { ...q, z: 1n };
  const zz = mod(p.z * p.z);
  const h = mod(q.x * zz - p.x);
  const r = mod(q.y * zz * p.z - p.y);
  const hh = mod(h * h);
  const hhh = mod(h * hh);
  const v = mod(p.x * hh);
  const x3 = mod(r * r - hhh - 2n * v);
  return { x: x3, y: mod(r * (v - x3) - p.y * hhh), z: mod(p.z * h) };
}

/** @param k in [1, n-1] */
function multiply(k: bigint, p: Point): Point {
  let out: Jacobian = { x: 1n, y: 1n, z: 0n };
  for (let bit = 255n; bit >= 0n; bit--) {
    out = double(out);
    if ((k >> bit) & 1n) out = add(out, p);
  }
  const z = inverse(out.z, P);
  return { x: mod(out.x * z * z), y: mod(out.y * z * z * z) };
}

/** A number in [1, n-1] of the generator's bits. */
function scalar(rng: Rng): bigint {
  for (;;) {
    const k = BigInt(`0x${rng.hex(64)}`);
    if (k > 0n && k < N) return k;
  }
}

export function generateKey(rng: Rng): KeyPair {
  const secret = scalar(rng);
  return { secret, point: multiply(secret, G) };
}

/** The uncompressed form: 04, x, y; 65 bytes. @see SEC 1 §2.3.3 */
export function encodePoint({ x, y }: Point): Uint8Array {
  const digits = `04${x.toString(16).padStart(64, '0')}${y.toString(16).padStart(64, '0')}`;
  return Uint8Array.from({ length: 65 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** Signs the SHA-256 of a message. */
export function sign(rng: Rng, { secret }: KeyPair, message: Uint8Array): { readonly r: bigint; readonly s: bigint } {
  const e = BigInt(`0x${sha256(message)}`);
  for (;;) {
    const k = scalar(rng);
    const r = mod(multiply(k, G).x, N);
    const s = mod(inverse(k, N) * (e + r * secret), N);
    if (r !== 0n && s !== 0n) return { r, s };
  }
}
