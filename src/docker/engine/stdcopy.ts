/**
 * The framing of two output streams on one connection: an 8-byte header (stream, 0, 0, 0, length in network order)
 * before each piece.
 * @see moby api/pkg/stdcopy
 */
export const STDOUT = 1;
export const STDERR = 2;
export type StreamId = typeof STDOUT | typeof STDERR;

export function frame(stream: StreamId, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + payload.length);
  out[0] = stream;
  new DataView(out.buffer).setUint32(4, payload.length);
  out.set(payload, 8);
  return out;
}
