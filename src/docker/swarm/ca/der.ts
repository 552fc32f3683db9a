/** DER, as far as certificates need it. @see ITU-T X.690 §8, §10 */
import { join } from '../../../base/bytes.ts';
import { utf8 } from '../../../base/http.ts';

/** One value: tag, length, contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = join(contents);
  const n = body.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return join([Uint8Array.of(tag, ...length), body]);
}

export const sequence = (...of: readonly Uint8Array[]): Uint8Array => der(0x30, ...of);
export const set = (...of: readonly Uint8Array[]): Uint8Array => der(0x31, ...of);
export const octets = (bytes: Uint8Array): Uint8Array => der(0x04, bytes);
export const printable = (text: string): Uint8Array => der(0x13, utf8(text));
export const TRUE = Uint8Array.of(0x01, 0x01, 0xff);

/** @param unused bits at the end of the last byte */
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array => der(0x03, Uint8Array.of(unused), bytes);

/** A number ≥ 0. */
export function integer(n: bigint): Uint8Array {
  let digits = n.toString(16);
  if (digits.length % 2 === 1) digits = `0${digits}`;
  if (Number.parseInt(digits.slice(0, 2), 16) >= 0x80) digits = `00${digits}`;
  return der(
    0x02,
    Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)),
  );
}

/** `1.2.840.10045.2.1` */
export function oid(dotted: string): Uint8Array {
  const [a = 0, b = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [40 * a + b];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Uint8Array.from(bytes));
}
