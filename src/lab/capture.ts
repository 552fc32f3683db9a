/**
 * A capture of the whole lab: every frame on every interface of every machine, as a pcapng file that names them.
 * Equivalent: dumpcap on all interfaces of all machines at once, with one clock.
 * Limits: 15 captures at once, with those of tcpdump and the map; frames that come faster than the lab's loop turns are
 * counted as dropped.
 */
import { join } from '../base/bytes.ts';
import type { CoreFrame } from '../linux/core/core.ts';
import { LinkType, SNAPLEN } from '../linux/core/pcap.ts';
import {
  type PcapngPacket,
  type PcapngReception,
  pcapngInterface,
  pcapngPacket,
  pcapngSection,
  pcapngStatistics,
} from '../linux/core/pcapng.ts';
import type { Device } from '../linux/kernel/net/netns.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import { matchesFilter } from '../linux/programs/tcpdump/filter/match.ts';
import { type Filter, parseFilter } from '../linux/programs/tcpdump/filter/parse.ts';
import { subjectOf } from '../linux/programs/tcpdump/source.ts';
import type { KeptFrame } from './frames.ts';
import type { Capture } from './lab.ts';
import { type Place, Places } from './places.ts';
import type { Viewed } from './views.ts';

const OUTGOING = 4;
const RECEPTION: readonly PcapngReception[] = ['unicast', 'broadcast', 'multicast', 'promiscuous'];

/** What is known of an interface that frames were seen on. */
interface Seen {
  readonly index: number;
  frames: number;
}

/** Begins to capture. @param filter as tcpdump's, empty: every frame @throws Error for one that is none, or too many captures */
export async function openCapture(world: LabWorld, machines: readonly Viewed[], filter: string): Promise<Capture> {
  return new LabCapture(world, machines, await frameFilter(filter));
}

/** Reads a filter as tcpdump takes it. @returns what tells whether a frame fits @throws Error for a text that is none */
export async function frameFilter(text: string): Promise<(f: CoreFrame) => boolean> {
  const filter: Filter | undefined = await parseFilter(text, async () => undefined);
  if (!filter) return () => true;
  return (f) => {
    const captured = { time: 0n, bytes: f.bytes, length: f.length, outgoing: f.pkttype === OUTGOING };
    return matchesFilter(filter, subjectOf(LinkType.EN10MB, captured));
  };
}

/** Frames that are kept, as a pcapng file. */
export function writeFrames(world: LabWorld, frames: readonly KeptFrame[], dropped: number): Uint8Array {
  const writer = new Writer(world);
  for (const { core, device, ifname, place } of frames) writer.add(core, device, ifname, place);
  return writer.bytes(dropped);
}

/** A file that grows frame by frame; an interface that is new is told first. */
class Writer {
  readonly #world: LabWorld;
  readonly #start: bigint;
  readonly #blocks = [pcapngSection({ hardware: 'Drydock lab', os: 'Linux', userappl: 'drydock' })];
  readonly #seen = new Map<Device, Seen>();

  constructor(world: LabWorld) {
    this.#world = world;
    this.#start = world.clock.epochAt();
  }

  add(f: CoreFrame, d: Device, ifname: string, place: Place): void {
    this.#blocks.push(pcapngPacket(this.#packet(f, this.#interface(d, ifname, place))));
  }

  /** The file so far, with what each interface counted. */
  bytes(dropped: number): Uint8Array {
    const now = this.#world.clock.epochAt();
    const statistics = [...this.#seen.values()].map((s) =>
      // The ring is one for all interfaces: what it lost is told once, with the first.
      pcapngStatistics({
        interface: s.index,
        time: now,
        start: this.#start,
        end: now,
        received: s.frames,
        dropped: s.index === 0 ? dropped : 0,
      }),
    );
    return join([...this.#blocks, ...statistics]);
  }

  #packet(f: CoreFrame, seen: Seen): PcapngPacket {
    seen.frames++;
    const outgoing = f.pkttype === OUTGOING;
    const reception = RECEPTION[f.pkttype];
    return {
      interface: seen.index,
      time: this.#world.clock.epochAt(f.time),
      length: f.length,
      bytes: f.bytes,
      direction: outgoing ? 'outbound' : 'inbound',
      ...(reception && { reception }),
      id: f.packet,
    };
  }

  #interface(d: Device, name: string, { machine, container }: Place): Seen {
    let seen = this.#seen.get(d);
    if (!seen) {
      const description = container === undefined ? machine : `${machine}/${container}`;
      const of = { linkType: LinkType.EN10MB, snaplen: SNAPLEN, name, description, hardware: d.kind };
      this.#blocks.push(pcapngInterface(d.mac === 0 ? of : { ...of, mac: d.mac }));
      seen = { index: this.#seen.size, frames: 0 };
      this.#seen.set(d, seen);
    }
    return seen;
  }
}

/** A running capture. */
class LabCapture implements Capture {
  readonly #world: LabWorld;
  readonly #machines: readonly Viewed[];
  readonly #wants: (f: CoreFrame) => boolean;
  readonly #handle: number;
  readonly #file: Writer;
  #open = true;
  #lost = 0;

  /** @throws Error when too many captures run */
  constructor(world: LabWorld, machines: readonly Viewed[], wants: (f: CoreFrame) => boolean) {
    this.#world = world;
    this.#machines = machines;
    this.#wants = wants;
    this.#handle = world.core.captureAdd(0, 0, SNAPLEN);
    if (this.#handle === 0) throw new Error('too many captures run at once');
    world.net.captures.set(this.#handle, { event: () => this.#drain() });
    this.#file = new Writer(world);
  }

  bytes(): Uint8Array {
    if (this.#open) this.#drain();
    return this.#file.bytes(this.dropped);
  }

  get dropped(): number {
    return this.#open ? this.#world.core.captureDropped(this.#handle) : this.#lost;
  }

  stop(): void {
    if (!this.#open) return;
    this.#drain();
    this.#lost = this.dropped;
    this.#open = false;
    this.#world.net.captures.delete(this.#handle);
    this.#world.core.captureDel(this.#handle);
  }

  #drain(): void {
    const { core, net } = this.#world;
    const places = new Places(this.#world, this.#machines);
    for (let f = core.captureRead(this.#handle); f; f = core.captureRead(this.#handle)) {
      const d = net.devices.get(f.dev);
      if (d && this.#wants(f)) this.#file.add(f, d, d.name, places.of(d.ns.key));
    }
  }
}
