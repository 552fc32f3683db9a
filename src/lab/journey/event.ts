/**
 * What happens to a traced packet, as data: one event for each step of its way. Names are resolved when the step is
 * read, so that a journey can be told after its machines have changed.
 */

/** Who sends or receives: the process that holds the socket. */
export interface Holder {
  readonly comm: string;
  /** In the machine's own PID namespace. */
  readonly pid: number;
}

/** Two ends of a packet, addresses as text. Ports are absent where the protocol has none. */
export interface Ends {
  /** `TCP`, `UDP`, `ICMP`, `ICMPv6`, or a number. */
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  /** TCP flags as tcpdump writes them. */
  readonly flags?: string;
  /** Bytes of data of TCP and UDP. */
  readonly bytes?: number;
  /** ICMP. */
  readonly type?: number;
  readonly code?: number;
  readonly id?: number;
  readonly seq?: number;
}

/** One rule, as the tables of its machine have it. */
export interface RuleName {
  readonly table: string;
  readonly chain: string;
  /** Position in its chain, from 1; 0: it is gone already. */
  readonly number: number;
  /** Its words as `iptables -S` prints them after `-A CHAIN`. */
  readonly text: string;
}

/** An address was replaced. Ports only where they have a meaning (ICMP: identifiers). */
export interface Rewrite {
  readonly side: 'source' | 'destination';
  readonly from: string;
  readonly to: string;
  /** The packet is an answer: the rewriting of its connection is undone. */
  readonly undone: boolean;
}

export interface PolicyName {
  readonly table: string;
  readonly chain: string;
  readonly verdict: 'ACCEPT' | 'DROP';
}

/** What happened; `kind` tells which fields there are. */
export type JourneyEvent =
  | ({ readonly kind: 'made'; readonly by?: Holder } & Ends)
  /** It was under way when it began to be traced. */
  | ({ readonly kind: 'picked' } & Ends)
  | { readonly kind: 'because'; readonly cause: number; readonly title?: string }
  | {
      readonly kind: 'arrives';
      readonly to: 'us' | 'broadcast' | 'multicast' | 'other' | 'out';
      readonly bytes: number;
      readonly ethertype: number;
    }
  | { readonly kind: 'leaves'; readonly bytes: number; readonly ethertype: number }
  | {
      readonly kind: 'hook';
      readonly hook: string;
      /** A bridge hands its frame to IP's rules. */
      readonly bridge: boolean;
      readonly in?: string;
      readonly out?: string;
    }
  /** A rule matched; `to`: the chain it jumps to. */
  | {
      readonly kind: 'rule';
      readonly rule: RuleName;
      readonly target: string;
      readonly to?: string;
      readonly rewrite?: Rewrite;
    }
  | { readonly kind: 'policy'; readonly policy: PolicyName }
  | { readonly kind: 'chain-end'; readonly table: string; readonly chain: string }
  | { readonly kind: 'mark'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'route';
      readonly dst: string;
      /** Gateway, absent: the destination is on the link. */
      readonly via?: string;
      readonly out?: string;
      readonly type: 'unicast' | 'local' | 'broadcast' | 'multicast' | 'other';
      /** `local`, `main`, `default` or a number. */
      readonly table: string;
      /** The prefix that matched. */
      readonly prefix: string;
    }
  | { readonly kind: 'no-route'; readonly dst: string; readonly errno: string }
  | {
      readonly kind: 'fdb';
      readonly bridge: string;
      readonly mac: string;
      /** Port it is behind; `up`: the machine itself; absent: unknown or everybody. */
      readonly port?: string;
      readonly group: boolean;
      readonly up: boolean;
      /** Out by the port it came in by. */
      readonly hairpin: boolean;
    }
  | { readonly kind: 'flood'; readonly port: string; readonly not?: 'isolated' | 'down' }
  | { readonly kind: 'learned'; readonly mac: string; readonly port: string }
  | { readonly kind: 'rewritten'; readonly rewrite: Rewrite }
  | {
      readonly kind: 'dropped';
      /** Number of wasm/abi/drop.ts. */
      readonly reason: number;
      readonly rule?: RuleName;
      readonly policy?: PolicyName;
    }
  | {
      readonly kind: 'socket';
      readonly how: 'connection' | 'listener' | 'datagram' | 'raw' | 'nobody';
      readonly proto: string;
      /** Raw: how many sockets. */
      readonly count?: number;
      readonly by?: Holder;
    }
  | {
      readonly kind: 'neighbour';
      readonly ip: string;
      /** Known: its MAC address; absent: it is asked for, and the packet waits. */
      readonly mac?: string;
      readonly state: string;
    }
  | { readonly kind: 'neighbour-found'; readonly ip: string; readonly mac: string }
  | { readonly kind: 'arp-made'; readonly op: 'request' | 'reply'; readonly sender: string; readonly target: string }
  | {
      readonly kind: 'arp-read';
      readonly op: 'request' | 'reply';
      readonly sender: string;
      readonly target: string;
      readonly result: 'ignored' | 'answered' | 'learned';
    }
  | {
      readonly kind: 'tracked';
      readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED';
      readonly reply: boolean;
      readonly connection: number;
    }
  | { readonly kind: 'untracked'; readonly why: 'invalid' | 'notrack' }
  | { readonly kind: 'confirmed'; readonly connection: number }
  | { readonly kind: 'ttl'; readonly ttl: number }
  | { readonly kind: 'fragment-waits'; readonly offset: number; readonly bytes: number; readonly local: boolean }
  | { readonly kind: 'reassembled'; readonly bytes: number }
  | { readonly kind: 'merged'; readonly into: number }
  | { readonly kind: 'fragment'; readonly offset: number; readonly bytes: number; readonly mtu: number }
  | {
      readonly kind: 'icmp-read';
      /** ICMPv6. */
      readonly v6: boolean;
      readonly type: number;
      readonly code: number;
      readonly result: 'ignored' | 'answered' | 'told' | 'reply' | 'read';
    }
  | { readonly kind: 'void' }
  /** Put into VXLAN, taken out of it. */
  | {
      readonly kind: 'encapsulated';
      readonly vni: number;
      readonly to: string;
      readonly sport: number;
      readonly dport: number;
    }
  | { readonly kind: 'decapsulated'; readonly vni: number; readonly from: string }
  | {
      readonly kind: 'queued';
      /** netem, tbf, … */
      readonly qdisc: string;
      /** Bytes that wait before it and with it. */
      readonly backlog: number;
      /** Time until it is due, µs; 0 not known. */
      readonly us: number;
    }
  | { readonly kind: 'ipvs'; readonly server: string; readonly port: number; readonly fresh: boolean }
  | { readonly kind: 'other'; readonly what: number; readonly a: number; readonly b: number; readonly c: number };

export type EventKind = JourneyEvent['kind'];
/** The event of one kind. */
export type EventOf<K extends EventKind> = Extract<JourneyEvent, { kind: K }>;

/** Where and when, and what. */
export type Step = JourneyEvent & {
  /** Virtual ns. */
  readonly time: number;
  readonly packet: number;
  readonly machine: string;
  /** Container name when its namespace is the place. */
  readonly container?: string;
  /** Interface it is about, when there is one. */
  readonly ifname?: string;
};

/** The way of one packet, with all its copies and pieces. */
export interface Journey {
  readonly packet: number;
  /** The packet it was made because of. */
  readonly because?: number;
  /** What it is, in one line as tcpdump would begin it: `TCP 192.168.56.11.41712 > 192.168.56.12.80 [S]`. */
  readonly title: string;
  readonly steps: readonly Step[];
}
