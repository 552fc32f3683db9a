/**
 * QEMU's stream framing of Ethernet: each frame follows its length, four bytes in network order.
 * @see QEMU net/stream.c and net/net.c: net_fill_rstate
 */

const HEAD = 4;
/** NET_BUFSIZE of QEMU: a longer frame ends the connection. */
export const MOST = 4096 + 65536;

/** A frame with its length before it. */
export function framed(frame: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEAD + frame.length);
  new DataView(out.buffer).setUint32(0, frame.length);
  out.set(frame, HEAD);
  return out;
}

/** Takes a stream apart into frames. */
export class Deframer {
  #kept: Uint8Array = new Uint8Array();

  /** @param each gets every whole frame, a view of the bytes given @returns false: the length is beyond reason */
  push(bytes: Uint8Array, each: (frame: Uint8Array) => void): boolean {
    const all = this.#kept.length === 0 ? bytes : join(this.#kept, bytes);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    let at = 0;
    while (at + HEAD <= all.length) {
      const length = view.getUint32(at);
      if (length > MOST) return false;
      if (at + HEAD + length > all.length) break;
      each(all.subarray(at + HEAD, at + HEAD + length));
      at += HEAD + length;
    }
    this.#kept = all.slice(at);
    return true;
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
