/**
 * The tap on every wire of a lab: frames as they crossed each interface. They are kept as bytes and decoded for people
 * when somebody asks, so that traffic which nobody looks at costs next to nothing.
 */
import type { CoreFrame } from '../linux/core/core.ts';
import { SNAPLEN } from '../linux/core/pcap.ts';
import { etherText } from '../linux/core/summary.ts';
import type { MoreProtocols } from '../linux/core/summary-more.ts';
import { Conversations } from '../linux/core/summary-tcp.ts';
import type { Device } from '../linux/kernel/net/netns.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import { decodeFrame } from './decode.ts';
import { FrameRing } from './framering.ts';
import { type Place, Places } from './places.ts';
import type { ViewFrame } from './view.ts';
import type { Viewed } from './views.ts';

/** Frames that are kept for those who ask. */
export const KEPT = 8192;
/** Bytes of them. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** Bytes of a frame that are kept while nobody watches. */
const HEADERS = 256;
const DIRECTIONS = ['In', 'B', 'M', 'P', 'Out'] as const;

/** A frame as it was captured, and where. */
export interface KeptFrame {
  /** Counts up by one for each frame of the lab. */
  readonly seq: number;
  readonly core: CoreFrame;
  readonly device: Device;
  readonly ifname: string;
  readonly place: Place;
}

/** Some of the frames that crossed. */
export interface Newest {
  /** Oldest first. */
  readonly frames: readonly ViewFrame[];
  /** Those that were wanted and left out, and those that nobody asked for in time. */
  readonly lost: number;
  /** Sequence number of the frames to come. */
  readonly next: number;
}

export class FrameTap {
  readonly #ring = new FrameRing(KEPT, KEPT_BYTES);
  #views = new WeakMap<KeptFrame, ViewFrame>();
  #conversations = new Conversations();
  #more: MoreProtocols | undefined;
  #capture: number;
  /** Frames that the core had to drop in captures that are closed. */
  #dropped = 0;

  constructor(
    readonly world: LabWorld,
    readonly machines: readonly Viewed[],
  ) {
    this.#capture = world.core.captureAdd(0, 0, HEADERS);
  }

  /**
   * From now on frames are kept whole and taken as they come: for those who show them.
   * @param more the words for rare protocols, which a lab that nobody watches does without
   */
  watch(more: MoreProtocols): void {
    this.#more = more;
    const { core, net } = this.world;
    this.#drain();
    this.#dropped += core.captureDropped(this.#capture);
    core.captureDel(this.#capture);
    this.#capture = core.captureAdd(0, 0, SNAPLEN);
    net.captures.set(this.#capture, { event: () => this.#drain() });
  }

  /** Frames with a sequence number of `seq` or more, oldest first, and how many such were lost. */
  since(seq: number): { frames: readonly ViewFrame[]; lost: number } {
    const { frames, lost } = this.kept(seq);
    return { frames: frames.map((f) => this.view(f)), lost };
  }

  /** The same, as captured. */
  kept(seq: number): { frames: readonly KeptFrame[]; lost: number } {
    this.#drain();
    const frames: KeptFrame[] = [];
    for (let at = Math.max(seq, this.#ring.first); at < this.#ring.next; at++) frames.push(this.#ring.get(at));
    return { frames, lost: Math.max(0, this.#ring.first - seq) + this.dropped };
  }

  /** Of the frames with a sequence number of `seq` or more that `wanted` takes, the newest; only those are decoded. */
  newest(seq: number, most: number, wanted: (place: Place, ifname: string) => boolean): Newest {
    this.#drain();
    const { first, next } = this.#ring;
    const given: KeptFrame[] = [];
    let lost = Math.max(0, first - seq);
    for (let at = next - 1; at >= Math.max(seq, first); at--) {
      if (!this.#ring.fits(at, wanted)) continue;
      if (given.length < most) given.push(this.#ring.get(at));
      else lost++;
    }
    // From the oldest on: what is decoded first decides where a connection's numbers begin.
    return { frames: given.reverse().map((f) => this.view(f)), lost, next };
  }

  /** Sequence number of the next frame. */
  get next(): number {
    this.#drain();
    return this.#ring.next;
  }

  /** Frames that came faster than they were read, since the lab began. */
  get dropped(): number {
    return this.#dropped + this.world.core.captureDropped(this.#capture);
  }

  /** A frame decoded. Relative numbers of a TCP connection begin with the first segment of it that was decoded. */
  view(kept: KeptFrame): ViewFrame {
    let view = this.#views.get(kept);
    if (!view) {
      view = this.#decode(kept);
      this.#views.set(kept, view);
    }
    return view;
  }

  #drain(): void {
    const { core, net } = this.world;
    let places: Places | undefined;
    core.captureEach(this.#capture, (head, bytes) => {
      const device = net.devices.get(head.dev);
      if (!device) return;
      places ??= new Places(this.world, this.machines);
      this.#ring.push(head, bytes, device, places.of(device.ns.key));
    });
  }

  #decode({ seq, core: f, device, ifname, place }: KeptFrame): ViewFrame {
    return {
      seq,
      time: f.time,
      ...place,
      ifname,
      link: device.dev,
      direction: DIRECTIONS[f.pkttype] ?? 'In',
      ...decodeFrame(f.bytes),
      length: f.length,
      summary: etherText(f.bytes, f.length, { seen: this.#conversations, ...(this.#more && { more: this.#more }) }),
      packet: f.packet,
    };
  }
}
