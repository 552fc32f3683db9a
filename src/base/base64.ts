/** Base64 with padding. @see RFC 4648 §4, §5 */
import { text } from './http.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function base64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const n = (a << 16) | (b << 8) | c;
    const four = [n >> 18, (n >> 12) & 63, (n >> 6) & 63, n & 63].map((d) => DIGITS[d] as string);
    out += four.slice(0, bytes.length - i + 1).join('');
  }
  return out.padEnd(Math.ceil(out.length / 4) * 4, '=');
}

/** Text from base64 in either alphabet; undefined when it is none. */
export function fromBase64(encoded: string): string | undefined {
  const bytes = bytesFromBase64(encoded);
  return bytes && text(bytes);
}

/** Bytes from base64 in either alphabet; undefined when it is none. */
export function bytesFromBase64(encoded: string): Uint8Array | undefined {
  const digits = encoded.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  const out: number[] = [];
  let held = 0;
  let bits = 0;
  for (const d of digits) {
    const value = DIGITS.indexOf(d);
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push((held >> bits) & 0xff);
  }
  return Uint8Array.from(out);
}
