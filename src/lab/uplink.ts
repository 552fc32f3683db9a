/**
 * The lab's way out: a port of the LAN whose other end is a program of the computer the lab runs on. Frames cross whole,
 * from the destination address on, without preamble and frame check sequence, as through a TAP device.
 */
import type { LabWorld } from '../linux/kernel/world.ts';

/** sll_pkttype of what a device sends. */
const OUTGOING = 4;
/** Bytes kept of a frame: all of any. */
const SNAPLEN = 65_600;

export class Uplink {
  readonly #capture: number;
  #send: (frame: Uint8Array) => void = () => undefined;

  /** @param dev the device in the core */
  constructor(
    readonly world: LabWorld,
    readonly dev: number,
  ) {
    this.#capture = world.core.captureAdd(0, dev, SNAPLEN);
    world.net.captures.set(this.#capture, this);
  }

  /** Says who takes the frames that leave the lab; they come while something drives it. */
  connect(send: (frame: Uint8Array) => void): void {
    this.#send = send;
  }

  /** The core has frames. */
  event(): void {
    const { core } = this.world;
    for (let f = core.captureRead(this.#capture); f; f = core.captureRead(this.#capture))
      if (f.pkttype === OUTGOING) this.#send(f.bytes);
  }

  /** Frames come in together, at the present virtual time. @returns how many were refused: no frames, or no room */
  receive(frames: readonly Uint8Array[]): number {
    const { core } = this.world;
    const refused = frames.filter((frame) => core.frameReceive(this.dev, frame) < 0).length;
    core.run(core.now());
    return refused;
  }

  /** Frames that left the lab while nobody read fast enough. */
  get lost(): number {
    return this.world.core.captureDropped(this.#capture);
  }
}
