/** The tap on every wire of a lab: frames as they crossed each interface, decoded for people. */
import { formatIp, formatIp4 } from '../base/ip.ts';
import type { CoreFrame } from '../linux/core/core.ts';
import { dissect, type Packet, Proto } from '../linux/core/dissect.ts';
import { etherText } from '../linux/core/summary.ts';
import { Conversations, tcpFlags } from '../linux/core/summary-tcp.ts';
import type { Device } from '../linux/kernel/net/netns.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import { Places } from './places.ts';
import type { ViewFrame } from './view.ts';
import type { Viewed } from './views.ts';

/** Frames that are kept for those who ask. */
const KEPT = 4096;
/** Bytes of a frame that are looked at. */
const SNAPLEN = 256;
const DIRECTIONS = ['In', 'B', 'M', 'P', 'Out'] as const;
const DNS_PORT = 53;

/** What a decoded frame says of itself. */
type Decoded = Pick<ViewFrame, 'proto' | 'src' | 'dst' | 'sport' | 'dport' | 'flags' | 'housekeeping'>;

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
      ...decode(f.bytes),
      length: f.length,
      summary: etherText(f.bytes, f.length, { seen: this.#conversations }),
      packet: f.packet,
    };
  }
}

function decode(bytes: Uint8Array): Decoded {
  const p = dissect(bytes);
  if (p.arp) return { proto: 'ARP', src: formatIp4(p.arp.senderIp), dst: formatIp4(p.arp.targetIp) };
  if (!p.ip) return { proto: 'Ethernet', src: '', dst: '' };
  const ends = { src: formatIp(p.ip.src), dst: formatIp(p.ip.dst) };
  if (p.tcp) {
    const { sport, dport, flags } = p.tcp;
    return { proto: p.http === undefined ? 'TCP' : 'HTTP', ...ends, sport, dport, flags: tcpFlags(flags) };
  }
  if (p.udp) {
    const { sport, dport } = p.udp;
    return { proto: sport === DNS_PORT || dport === DNS_PORT ? 'DNS' : 'UDP', ...ends, sport, dport };
  }
  if (p.icmp && p.ip.v === 6) return { proto: 'ICMPv6', ...ends, ...(isHousekeeping(p) && { housekeeping: true }) };
  return { proto: p.icmp ? 'ICMP' : p.ip.proto === Proto.TCP ? 'TCP' : 'IP', ...ends };
}

/** ICMPv6 types. @see RFC 4861 §4.1, RFC 2710 §3, RFC 3810 §5.2 */
const ROUTER_SOLICITATION = 133;
const NEIGHBOUR_SOLICITATION = 135;
const GROUP_REPORTS: readonly number[] = [131, 132, 143];

/** What every interface sends when it comes up, whoever uses it. @see RFC 4862 §5.4.2 (an address on trial asks from ::) */
function isHousekeeping({ icmp, ip }: Packet): boolean {
  if (icmp?.type === NEIGHBOUR_SOLICITATION) return ip?.src.value === 0n;
  return icmp?.type === ROUTER_SOLICITATION || GROUP_REPORTS.includes(icmp?.type ?? 0);
}
