/**
 * The newest frames of a lab, in memory that is laid out once: a frame that nobody looks at leaves nothing for the garbage
 * collector. It becomes an object when it is asked for, and stays the same one.
 */
import type { FrameHead } from '../linux/core/core.ts';
import type { Device } from '../linux/kernel/net/netns.ts';
import type { KeptFrame } from './frames.ts';
import type { Place } from './places.ts';

/** Bytes of frames that there is room for at first; it doubles when they are too many. */
const FIRST_ROOM = 1 << 18;

export class FrameRing {
  /** Sequence number of the oldest frame, and of the one to come. */
  first = 0;
  next = 0;
  #room = new Uint8Array(FIRST_ROOM);
  /** Where the next frame's bytes go, counted from the lab's beginning; the room holds the last so many. */
  #end = 0;
  readonly #at: Float64Array;
  readonly #size: Uint32Array;
  readonly #time: Float64Array;
  readonly #length: Uint32Array;
  readonly #packet: Uint32Array;
  readonly #pkttype: Uint8Array;
  readonly #devices: (Device | undefined)[];
  readonly #names: string[];
  readonly #places: (Place | undefined)[];
  readonly #frames: (KeptFrame | undefined)[];

  /**
   * @param count frames that are kept at most
   * @param most bytes that are kept at most; no frame has as many as the room at first
   */
  constructor(
    readonly count: number,
    readonly most: number,
  ) {
    this.#at = new Float64Array(count);
    this.#size = new Uint32Array(count);
    this.#time = new Float64Array(count);
    this.#length = new Uint32Array(count);
    this.#packet = new Uint32Array(count);
    this.#pkttype = new Uint8Array(count);
    this.#devices = new Array(count).fill(undefined);
    this.#names = new Array(count).fill('');
    this.#places = new Array(count).fill(undefined);
    this.#frames = new Array(count).fill(undefined);
  }

  /** @param bytes the frame's own, copied */
  push(head: FrameHead, bytes: Uint8Array, device: Device, place: Place): void {
    if (this.next - this.first === this.count) this.first++;
    const at = this.#place(bytes.length);
    this.#room.set(bytes, at % this.#room.length);
    this.#end = at + bytes.length;
    const i = this.next++ % this.count;
    this.#at[i] = at;
    this.#size[i] = bytes.length;
    this.#time[i] = head.time;
    this.#length[i] = head.length;
    this.#packet[i] = head.packet;
    this.#pkttype[i] = head.pkttype;
    this.#devices[i] = device;
    this.#names[i] = device.name;
    this.#places[i] = place;
    this.#frames[i] = undefined;
  }

  /** Pre: it is kept. */
  get(seq: number): KeptFrame {
    const i = seq % this.count;
    const made = this.#frames[i];
    if (made) return made;
    const device = this.#devices[i] as Device;
    const frame: KeptFrame = {
      seq,
      core: {
        time: this.#time[i] as number,
        dev: device.dev,
        pkttype: this.#pkttype[i] as number,
        length: this.#length[i] as number,
        packet: this.#packet[i] as number,
        bytes: this.#bytes(i).slice(),
      },
      device,
      ifname: this.#names[i] as string,
      place: this.#places[i] as Place,
    };
    this.#frames[i] = frame;
    return frame;
  }

  /** Where it crossed, without making it an object. Pre: it is kept. */
  fits(seq: number, wanted: (place: Place, ifname: string) => boolean): boolean {
    const i = seq % this.count;
    return wanted(this.#places[i] as Place, this.#names[i] as string);
  }

  /** Where a frame of this size goes; makes room, or forgets the oldest ones. */
  #place(size: number): number {
    for (;;) {
      const room = this.#room.length;
      const left = room - (this.#end % room);
      const at = size > left ? this.#end + left : this.#end;
      const oldest = this.#at[this.first % this.count] as number;
      if (this.first === this.next || at + size - oldest <= room) return at;
      if (room < this.most) this.#grow();
      else this.first++;
    }
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(this.most, 2 * this.#room.length));
    let at = 0;
    for (let seq = this.first; seq < this.next; seq++) {
      const i = seq % this.count;
      larger.set(this.#bytes(i), at);
      this.#at[i] = at;
      at += this.#size[i] as number;
    }
    this.#room = larger;
    this.#end = at;
  }

  #bytes(i: number): Uint8Array {
    const from = (this.#at[i] as number) % this.#room.length;
    return this.#room.subarray(from, from + (this.#size[i] as number));
  }
}
