/** SHA-1. @see FIPS 180-4 §6.1 */

const rotl = (x: number, n: number): number => (x << n) | (x >>> (32 - n));

/** @returns twenty bytes */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const v = new DataView(padded.buffer);
  v.setUint32(padded.length - 8, Math.floor(message.length / 0x2000_0000));
  v.setUint32(padded.length - 4, (message.length * 8) >>> 0);
  let h = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const w = new Int32Array(80);
  for (let at = 0; at < v.byteLength; at += 64) {
    for (let i = 0; i < 80; i++)
      w[i] =
        i < 16
          ? v.getInt32(at + 4 * i)
          : rotl((w[i - 3] as number) ^ (w[i - 8] as number) ^ (w[i - 14] as number) ^ (w[i - 16] as number), 1);
    let [a, b, c, d, e] = h as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      const [f, k] =
        i < 20
          ? [(b & c) | (~b & d), 0x5a827999]
          : i < 40
            ? [b ^ c ^ d, 0x6ed9eba1]
            : i < 60
              ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
              : [b ^ c ^ d, 0xca62c1d6];
      const t = (rotl(a, 5) + f + e + k + (w[i] as number)) | 0;
      [e, d, c, b, a] = [d, c, rotl(b, 30), a, t];
    }
    h = [a, b, c, d, e].map((x, i) => ((h[i] as number) + x) | 0);
  }
  const out = new DataView(new ArrayBuffer(20));
  for (const [i, word] of h.entries()) out.setInt32(4 * i, word);
  return new Uint8Array(out.buffer);
}
