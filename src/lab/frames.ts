/** The tap on every wire of a lab: frames as they crossed each interface, decoded for people. */
import type { CoreFrame } from '../linux/core/core.ts';
import { etherText } from '../linux/core/summary.ts';
import { Conversations } from '../linux/core/summary-tcp.ts';
import type { Device } from '../linux/kernel/net/netns.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import { decodeFrame } from './decode.ts';
import { Places } from './places.ts';
import type { ViewFrame } from './view.ts';
import type { Viewed } from './views.ts';

/** Frames that are kept for those who ask. */
const KEPT = 4096;
/** Bytes of a frame that are looked at. */
const SNAPLEN = 256;
const DIRECTIONS = ['In', 'B', 'M', 'P', 'Out'] as const;

export class FrameTap {
  #frames: ViewFrame[] = [];
  #seq = 0;
  #conversations = new Conversations();
  readonly #capture: number;

  constructor(
    readonly world: LabWorld,
    readonly machines: readonly Viewed[],
  ) {
    this.#capture = world.core.captureAdd(0, 0, SNAPLEN);
  }

  /** Frames with a sequence number of `seq` or more, oldest first, and how many such were lost. */
  since(seq: number): { frames: readonly ViewFrame[]; lost: number } {
    this.#drain();
    const first = this.#frames[0]?.seq ?? this.#seq;
    const missed = Math.max(0, first - seq);
    return {
      frames: this.#frames.slice(Math.max(0, seq - first)),
      lost: missed + this.world.core.captureDropped(this.#capture),
    };
  }

  #drain(): void {
    const places = new Places(this.world, this.machines);
    for (let f = this.world.core.captureRead(this.#capture); f; f = this.world.core.captureRead(this.#capture)) {
      const d = this.world.net.devices.get(f.dev);
      if (d) this.#frames.push(this.#decode(f, d, places));
    }
    if (this.#frames.length > KEPT) this.#frames.splice(0, this.#frames.length - KEPT);
  }

  #decode(f: CoreFrame, d: Device, places: Places): ViewFrame {
    return {
      seq: this.#seq++,
      time: f.time,
      ...places.of(d.ns.key),
      ifname: d.name,
      link: d.dev,
      direction: DIRECTIONS[f.pkttype] ?? 'In',
      ...decodeFrame(f.bytes),
      length: f.length,
      summary: etherText(f.bytes, f.length, { seen: this.#conversations }),
      packet: f.packet,
    };
  }
}
