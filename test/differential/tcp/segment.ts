/** Segments as scripts name them: numbers relative to where each side began, options by name. */
import { ACK, FIN, PSH, RST, readTcp, SYN, tcpFrame } from '../../wasm/tcp/frame.ts';

export interface Frame {
  /** ms. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What the peer sends; seq and ack count from the two initial numbers. */
export interface Sent {
  /** Letters of S, A, F, R, P. */
  readonly flags: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly win?: number;
  readonly data?: number;
  readonly mss?: number;
  readonly sackOk?: boolean;
  readonly wscale?: number;
  /** Relative to the machine's initial number. */
  readonly sack?: readonly (readonly [number, number])[];
  /** TSval; the echo is what the machine sent last. */
  readonly ts?: number;
}

export const PEER_ISN = 1000;
const BITS: Readonly<Record<string, number>> = { F: FIN, S: SYN, R: RST, P: PSH, A: ACK };

/** Numbers of one connection: what is known of the machine's side. */
export class Flow {
  /** The machine's initial sequence number, when it has been seen. */
  isn = 0;
  lastTs = 0;
  /** Bytes of a full segment. */
  readonly full = 1460;
  /** Whether windows are told: not while bytes wait that nobody reads, whose buffers the core does not weigh as the kernel does. */
  windows = true;

  constructor(
    /** Ports of machine and peer; 0: not known yet. */
    public port: number,
    public peerPort: number,
  ) {}

  frame(s: Sent): Uint8Array {
    const flags = [...s.flags].reduce((n, c) => n | (BITS[c] ?? 0), 0);
    const options: number[] = [];
    const word = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
    if (s.mss !== undefined) options.push(2, 4, s.mss >> 8, s.mss & 255);
    if (s.sackOk) options.push(4, 2);
    if (s.ts !== undefined) options.push(8, 10, ...word(s.ts), ...word(this.lastTs));
    if (s.wscale !== undefined) options.push(3, 3, s.wscale);
    if (s.sack)
      options.push(
        5,
        2 + 8 * s.sack.length,
        ...s.sack.flatMap(([a, b]) => [...word(this.isn + a), ...word(this.isn + b)]),
      );
    while (options.length % 4 !== 0) options.push(1);
    return tcpFrame(2, 1, {
      sport: this.peerPort,
      dport: this.port,
      seq: PEER_ISN + (s.seq ?? 0),
      ack: flags & ACK ? this.isn + (s.ack ?? 0) : 0,
      flags,
      win: s.win ?? 65535,
      options: Uint8Array.from(options),
      data: new Uint8Array(s.data ?? 0).fill(0x79),
    });
  }

  /** The machine's segment in words, or undefined when it is none of this flow. */
  read(frame: Uint8Array): string | undefined {
    const t = readTcp(frame);
    if (!t || t.dport !== this.peerPort || (this.port !== 0 && t.sport !== this.port)) return undefined;
    if (t.flags & SYN) {
      this.isn = t.seq;
      this.port = t.sport;
    }
    // The kernel builds large segments and has them cut: each last piece of one carries PSH. The core builds none.
    const seen = t.data.length < this.full ? t.flags : t.flags & ~PSH;
    const letters = Object.entries(BITS)
      .filter(([, bit]) => seen & bit)
      .map(([c]) => c)
      .join('');
    // without an initial number of its own, a reset's sequence number is what the peer said
    const base = this.isn;
    const seq = (t.seq - base) >>> 0;
    const ack = t.flags & ACK ? ` ack ${(t.ack - PEER_ISN) >>> 0}` : '';
    const win = t.flags & RST || !this.windows ? '' : ` win ${t.win}`;
    return `${letters} ${seq}+${t.data.length}${ack}${win}${this.#options(t.options)}`;
  }

  #options(o: Uint8Array): string {
    const v = new DataView(o.buffer, o.byteOffset, o.byteLength);
    let s = '';
    for (let i = 0; i < o.length; ) {
      const kind = o[i] as number;
      if (kind === 0) break;
      if (kind === 1) {
        s += ' nop';
        i++;
        continue;
      }
      if (kind === 2) s += ` mss ${v.getUint16(i + 2)}`;
      else if (kind === 3) s += ` wscale ${o[i + 2]}`;
      else if (kind === 4) s += ' sackOK';
      else if (kind === 8) {
        this.lastTs = v.getUint32(i + 2);
        s += ` ts ecr ${v.getUint32(i + 6)}`;
      } else if (kind === 5)
        for (let k = i + 2; k < i + (o[i + 1] as number); k += 8)
          s += ` sack ${(v.getUint32(k) - PEER_ISN) >>> 0}-${(v.getUint32(k + 4) - PEER_ISN) >>> 0}`;
      else s += ` option ${kind}`;
      i += o[i + 1] || 1;
    }
    return s;
  }
}
