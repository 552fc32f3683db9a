/** Journeys in English. */
import { ICMP_TYPES, ICMP6_TYPES } from '../icmp.ts';
import { dropsEn } from './drops-en.ts';
import type { Ends, EventOf, Holder, Rewrite, RuleName } from './event.ts';
import type { Words } from './words.ts';

const who = (h: Holder | undefined): string => (h ? `${h.comm} (PID ${h.pid})` : 'the kernel');
const end = (address: string, port: number | undefined): string => {
  if (address === '') return 'no address';
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
};

const UNREACHABLE: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  9: 'network prohibited',
  10: 'host prohibited',
  13: 'prohibited by an administrator',
};

const UNREACHABLE6: Readonly<Record<number, string>> = {
  0: 'no route to the destination',
  1: 'prohibited by an administrator',
  3: 'address unreachable',
  4: 'port unreachable',
};

function icmp(type: number, code: number, v6: boolean): string {
  if (v6 && type === 1 && UNREACHABLE6[code] !== undefined) return UNREACHABLE6[code];
  if (v6) return ICMP6_TYPES[type] ?? `type ${type} code ${code}`;
  if (type === 3) return UNREACHABLE[code] ?? `destination unreachable (code ${code})`;
  return ICMP_TYPES[type] ?? `type ${type} code ${code}`;
}

function packet(e: Ends): string {
  if (e.flags !== undefined) return `a TCP segment [${e.flags}]${e.bytes ? ` with ${e.bytes} bytes` : ''}`;
  if (e.type !== undefined) return `an ${e.proto} message (${icmp(e.type, e.code ?? 0, e.proto === 'ICMPv6')})`;
  return e.bytes === undefined ? `a packet of ${e.proto}` : `a ${e.proto} datagram of ${e.bytes} bytes`;
}

const ETHERTYPES: Readonly<Record<number, string>> = { 2048: 'IPv4', 2054: 'ARP', 34525: 'IPv6' };
const ethertype = (n: number): string => ETHERTYPES[n] ?? `ethertype 0x${n.toString(16).padStart(4, '0')}`;

const inChain = (r: { table: string; chain: string }): string => `table ${r.table}, chain ${r.chain}`;
const ruleName = (r: RuleName): string =>
  r.number === 0 ? `${inChain(r)}, a rule that is gone` : `${inChain(r)}, rule ${r.number} (\`${r.text}\`)`;

function rewritten(r: Rewrite): string {
  const what = `${r.side} rewritten from ${r.from} to ${r.to}`;
  return r.undone ? `${what}, because it belongs to a connection that was translated the other way` : what;
}

const ARRIVES: Readonly<Record<EventOf<'arrives'>['to'], string>> = {
  us: 'addressed to this interface',
  broadcast: 'a broadcast',
  multicast: 'a multicast',
  other: "addressed to another machine's MAC",
  out: 'on its way out',
};

const HOOKS: Readonly<Record<string, string>> = {
  PREROUTING: 'before the routing decision',
  INPUT: 'on the way to this machine',
  FORWARD: 'on the way through',
  OUTPUT: 'made by this machine',
  POSTROUTING: 'about to leave',
};

function route(e: EventOf<'route'>): string {
  if (e.type === 'local') return `routing: ${e.dst} is an address of this machine`;
  if (e.type === 'broadcast') return `routing: ${e.dst} is a broadcast address of this machine's network`;
  const how = e.via === undefined ? `directly by ${e.out ?? '?'}` : `by ${e.out ?? '?'} to the gateway ${e.via}`;
  return `routing: ${e.dst} is reached ${how} (table ${e.table}, route ${e.prefix})`;
}

function fdb(e: EventOf<'fdb'>): string {
  if (e.group) return `bridge ${e.bridge}: ${e.mac} is everybody: a copy to each port, and one to the machine itself`;
  if (e.up) return `bridge ${e.bridge}: ${e.mac} is the machine itself`;
  if (e.port === undefined) return `bridge ${e.bridge}: nobody knows where ${e.mac} is: a copy to each port`;
  const hairpin = e.hairpin ? ', the one it came in by' : '';
  return `bridge ${e.bridge}: ${e.mac} is behind port ${e.port}${hairpin}`;
}

const SOCKETS: Readonly<Record<EventOf<'socket'>['how'], (e: EventOf<'socket'>) => string>> = {
  connection: (e) => `delivered to a TCP connection of ${who(e.by)}`,
  listener: (e) => `delivered to the listening TCP socket of ${who(e.by)}`,
  datagram: (e) => `delivered to the ${e.proto} socket of ${who(e.by)}`,
  raw: (e) => `${e.count ?? 1} raw ${e.proto} socket${e.count === 1 ? ' has' : 's have'} a copy`,
  nobody: () => 'nobody listens on this port: a reset is the answer',
};

function dropped(e: EventOf<'dropped'>, drop: (reason: number) => string): string {
  if (e.rule) return `dropped by ${ruleName(e.rule)}`;
  if (e.policy) return `dropped: ${e.policy.chain}'s policy is ${e.policy.verdict} (table ${e.policy.table})`;
  return `dropped: ${drop(e.reason)}`;
}

function arpRead(e: EventOf<'arp-read'>): string {
  const what = e.op === 'request' ? `the question who has ${e.target}` : `the answer that ${e.sender} is there`;
  if (e.result === 'answered') return `${what}: this machine has it, and answers`;
  return e.result === 'learned' ? `${what}: the neighbour table is brought up to date` : `${what}: of no concern here`;
}

const ICMP_RESULTS: Readonly<Record<EventOf<'icmp-read'>['result'], string>> = {
  ignored: 'not answered',
  answered: 'answered',
  told: 'told to the socket whose packet it quotes',
  reply: 'for the program that waits for it',
  read: 'for neighbour discovery',
};

const STATES = { NEW: 'new', ESTABLISHED: 'established', RELATED: 'related' } as const;

export const en: Words = {
  drops: dropsEn,
  unknownDrop: (reason) => `reason ${reason}`,
  events: {
    made: (e) => `${who(e.by)} sends ${packet(e)} from ${end(e.src, e.sport)} to ${end(e.dst, e.dport)}`,
    picked: (e) =>
      e.proto === ''
        ? 'a frame under way is traced from here on'
        : `under way: ${packet(e)} from ${end(e.src, e.sport)} to ${end(e.dst, e.dport)}`,
    because: (e) => `it is made because of packet ${e.cause}${e.title ? ` (${e.title})` : ''}`,
    arrives: (e) => `arrives, ${ARRIVES[e.to]}, ${e.bytes} bytes, ${ethertype(e.ethertype)}`,
    leaves: (e) => `leaves, ${e.bytes} bytes, ${ethertype(e.ethertype)}`,
    hook: (e) => {
      const by = [e.in && `in by ${e.in}`, e.out && `out by ${e.out}`].filter(Boolean).join(', ');
      const bridge = e.bridge ? ', asked by the bridge (bridge-nf-call-iptables)' : '';
      return `${e.hook} (${HOOKS[e.hook] ?? '?'}${by === '' ? '' : `; ${by}`})${bridge}`;
    },
    rule: (e) => {
      if (e.rewrite) return `${ruleName(e.rule)}: ${rewritten(e.rewrite)}`;
      return `${ruleName(e.rule)} matches: ${e.to === undefined ? e.target : `on to chain ${e.to}`}`;
    },
    policy: (e) => `${inChain(e.policy)}: no rule decides, the policy is ${e.policy.verdict}`,
    'chain-end': (e) => `${inChain(e)}: ends, back to where it was called from`,
    mark: (e) => `its mark was 0x${e.from.toString(16)} and is now 0x${e.to.toString(16)}`,
    route,
    'no-route': (e) => `routing: no way to ${e.dst}: ${e.errno}`,
    fdb,
    flood: (e) => {
      if (e.not === undefined) return `a copy goes to port ${e.port}`;
      const why = e.not === 'isolated' ? 'both ports are isolated' : 'it is down';
      return `no copy to port ${e.port}: ${why}`;
    },
    learned: (e) => `the bridge learns that ${e.mac} is behind port ${e.port}`,
    rewritten: (e) => rewritten(e.rewrite),
    dropped,
    socket: (e) => SOCKETS[e.how](e),
    neighbour: (e) =>
      e.mac === undefined
        ? `the MAC address of ${e.ip} is not known: the packet waits while ${e.ip.includes(':') ? 'neighbour discovery' : 'ARP'} asks for it`
        : `neighbour ${e.ip} is at ${e.mac} (${e.state})`,
    'neighbour-found': (e) => `${e.ip} has answered: it is at ${e.mac}, the packet goes on`,
    'arp-made': (e) =>
      e.op === 'request'
        ? `ARP asks: who has ${e.target}? Tell ${e.sender}`
        : `ARP answers ${e.target}: I have ${e.sender}`,
    'arp-read': arpRead,
    tracked: (e) =>
      `conntrack: ${STATES[e.state]} (connection ${e.connection}, ${e.reply ? 'answering' : 'original'} direction)`,
    untracked: (e) =>
      e.why === 'notrack'
        ? 'conntrack: a rule says it is not tracked'
        : 'conntrack: belongs to no connection (INVALID)',
    confirmed: (e) => `conntrack: it has passed, so its connection ${e.connection} is remembered`,
    ttl: (e) => `forwarded: its TTL is now ${e.ttl}`,
    'fragment-waits': (e) =>
      `a fragment (bytes ${e.offset} to ${e.offset + e.bytes - 1}) waits for the rest${e.local ? '' : ', because conntrack wants whole packets'}`,
    reassembled: (e) => `the fragments are put together again: ${e.bytes} bytes`,
    merged: (e) => `its bytes are part of the datagram that goes on as packet ${e.into}`,
    fragment: (e) => `cut: a fragment of ${e.bytes} bytes from offset ${e.offset} (a piece may have ${e.mtu})`,
    'icmp-read': (e) => `${e.v6 ? 'ICMPv6' : 'ICMP'} ${icmp(e.type, e.code, e.v6)}: ${ICMP_RESULTS[e.result]}`,
    void: () => 'the interface has nothing at its other end: the frame is gone',
    encapsulated: (e) =>
      `put into a UDP datagram of VXLAN ${e.vni}, from port ${e.sport} to the tunnel's end at ${e.to}:${e.dport}`,
    decapsulated: (e) => `taken out of VXLAN ${e.vni}, which came from the tunnel's end at ${e.from}`,
    queued: (e) =>
      `waits in the queue of ${e.qdisc} (${e.backlog} bytes)${e.us === 0 ? '' : `, for ${(e.us / 1000).toFixed(3)} ms`}`,
    ipvs: (e) =>
      `IPVS ${e.fresh ? 'chooses the server' : 'keeps to the server of its connection'}, ${e.server}:${e.port}`,
    other: (e) => `something this language has no words for yet: record ${e.what} (${e.a}, ${e.b}, ${e.c})`,
  },
};
