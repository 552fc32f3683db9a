/**
 * Captured frames for the list of packets: which fit the filter, a window of them, and all about one. The lab keeps the
 * bytes; this keeps the frames that fit for as long as they are listed, and no more of them than the lab would.
 */
import { anatomy } from '../../lab/anatomy/anatomy.ts';
import { frameFilter, writeFrames } from '../../lab/capture.ts';
import { KEPT, type KeptFrame } from '../../lab/frames.ts';
import type { Journey } from '../../lab/journey/event.ts';
import { type Lang, placeOf, sentence } from '../../lab/journey/words.ts';
import type { Lab } from '../../lab/lab.ts';
import type { FrameDetail, JourneyText, PacketQuery, PacketWindow } from './api.ts';

type Fits = (f: KeptFrame) => boolean;

/** Packets that a journey is told together with: what it was made because of, and so on. */
const CAUSES = 3;

export class Packets {
  #query = '';
  #fits: Fits = () => true;
  #rows: KeptFrame[] = [];
  /** Rows that were listed once and are gone, so that a row keeps its number. */
  #gone = 0;
  #next = 0;
  #lost = 0;

  /** @param tracing whether packets are traced now */
  constructor(
    readonly lab: Lab,
    readonly tracing: () => boolean,
  ) {}

  /** A part of the list; what came since the last look joins it, unless it is stopped. */
  async window(query: PacketQuery, from: number, count: number): Promise<PacketWindow> {
    const error = await this.#ask(query);
    if (!query.stopped) this.#look();
    const end = this.#gone + this.#rows.length;
    const first = Math.max(this.#gone, Math.min(from < 0 ? end - count : from, end - count));
    const rows = this.#rows.slice(first - this.#gone, first - this.#gone + count);
    const { tap } = this.lab;
    return {
      first,
      gone: this.#gone,
      end,
      rows: rows.map((f) => tap.view(f)),
      lost: this.#lost,
      tracing: this.tracing(),
      ...(error && { error }),
    };
  }

  async #ask(query: PacketQuery): Promise<string | undefined> {
    const { text, protos, place } = query;
    const key = JSON.stringify([text, protos, place]);
    if (key === this.#query) return undefined;
    let wanted: (f: KeptFrame['core']) => boolean;
    try {
      wanted = await frameFilter(text);
    } catch (e) {
      return (e as Error).message;
    }
    const { tap } = this.lab;
    this.#query = key;
    this.#fits = (f) =>
      (place === '' || place === f.place.machine || place === `${f.place.machine}/${f.place.container}`) &&
      wanted(f.core) &&
      (protos.length === 0 || protos.includes(familyOf(tap.view(f).proto)));
    this.#gone += this.#rows.length;
    this.#rows = [];
    this.#next = 0;
    this.#lost = 0;
    this.#look();
    return undefined;
  }

  #look(): void {
    const { frames } = this.lab.tap.kept(this.#next);
    const first = frames[0]?.seq ?? this.#next;
    if (this.#next > 0) this.#lost += first - this.#next;
    for (const f of frames) if (this.#fits(f)) this.#rows.push(f);
    this.#next = (frames.at(-1)?.seq ?? this.#next - 1) + 1;
    const extra = this.#rows.length - KEPT;
    if (extra <= 0) return;
    this.#rows.splice(0, extra);
    this.#gone += extra;
  }

  /** The first frame that is kept of a packet. */
  find(packet: number): number | undefined {
    return this.lab.tap.kept(0).frames.find((f) => f.core.packet === packet)?.seq;
  }

  /** All about one frame; undefined when it is no longer kept. */
  detail(seq: number, lang: Lang): FrameDetail | undefined {
    const { tap } = this.lab;
    const kept = this.#rows.find((f) => f.seq === seq) ?? tap.kept(seq).frames.find((f) => f.seq === seq);
    if (!kept) return undefined;
    const { bytes, packet } = kept.core;
    const same = tap.kept(0).frames.filter((f) => f.core.packet === packet);
    return {
      frame: tap.view(kept),
      bytes,
      layers: anatomy(bytes),
      crossings: same.map((f) => tap.view(f)),
      journeys: this.#journeys(packet).map((j) => told(j, lang)),
    };
  }

  /** The packet's own journey, and before it those that led to it. */
  #journeys(packet: number): Journey[] {
    const out: Journey[] = [];
    for (let at: number | undefined = packet; at !== undefined && out.length <= CAUSES; ) {
      const journey = this.lab.journey(at);
      if (!journey) break;
      out.unshift(journey);
      at = journey.because;
    }
    return out;
  }

  /** The frames of the list as a pcapng file. */
  file(): Uint8Array {
    const { tap } = this.lab;
    return writeFrames(tap.world, this.#rows, tap.dropped);
  }
}

const FAMILIES: Readonly<Record<string, string>> = { HTTP: 'TCP', ICMPv6: 'ICMP' };

/** The name on the chip that a protocol belongs to. */
const familyOf = (proto: string): string => FAMILIES[proto] ?? proto;

function told({ packet, title, steps }: Journey, lang: Lang): JourneyText {
  return {
    packet,
    title,
    steps: steps.map((s) => ({ time: s.time, kind: s.kind, place: placeOf(s), text: sentence(s, lang) })),
  };
}
