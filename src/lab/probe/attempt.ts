/** An attempt to reach an address, in a core of which nobody has need afterwards. */
import type { IpAddr } from '../../base/ip.ts';
import { type Core, Ready, SockType } from '../../linux/core/core.ts';
import { EAGAIN, ECONNREFUSED, EINPROGRESS } from '../../linux/kernel/errno.ts';
import { toAddr16 } from '../../linux/kernel/net/addr16.ts';
import { echoRequest } from '../../linux/programs/ping/icmp.ts';

/** How an attempt ends. */
export type Outcome = 'open' | 'refused' | 'silent' | 'unreachable' | 'unknown-name';

export type Proto = 'tcp' | 'udp' | 'icmp';

/** Virtual ns after which nothing more is waited for: three ARP requests have gone unanswered by then. */
const PATIENCE = 4.5e9;
/** How often a socket is looked at, virtual ns. */
const STEP = 50e6;
/** A reset, and to a UDP socket a closed port's ICMP. */
const REFUSED = ECONNREFUSED.code;
/** @see IANA protocol numbers */
const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMP6 = 58;
const PAYLOAD = new Uint8Array(8);

/** Where an attempt begins and where it goes. */
export interface Way {
  /** Index in the core of the namespace that it is made from. */
  readonly ns: number;
  /** All namespaces of the lab. */
  readonly all: readonly number[];
  readonly proto: Proto;
  readonly ip: IpAddr;
  /** Of tcp and udp. */
  readonly port: number;
}

export function attempt(core: Core, way: Way): Outcome {
  return { tcp: connect, udp: send, icmp: echo }[way.proto](core, way) ?? 'silent';
}

const failed = (errno: number): Outcome => (errno === REFUSED ? 'refused' : 'unreachable');

/** Runs the core until something is known, or there is no use in waiting. */
function watch(core: Core, look: () => Outcome | undefined): Outcome | undefined {
  const end = core.now() + PATIENCE;
  for (;;) {
    const found = look();
    if (found || core.now() >= end) return found;
    core.run(Math.min(end, core.now() + STEP));
  }
}

function connect(core: Core, { ns, ip, port }: Way): Outcome | undefined {
  const sock = core.sockOpen(ns, SockType.TCP, ip.v, TCP);
  const begun = core.sockConnect(sock, toAddr16(ip), port);
  if (begun < 0 && begun !== -EINPROGRESS.code) return failed(-begun);
  return watch(core, () => {
    if ((core.sockReady(sock) & (Ready.OUT | Ready.ERR | Ready.HUP)) === 0) return undefined;
    const error = core.sockGet(sock, 'error');
    return error > 0 ? failed(error) : 'open';
  });
}

function send(core: Core, { ns, all, ip, port }: Way): Outcome | undefined {
  const sock = core.sockOpen(ns, SockType.UDP, ip.v, UDP);
  const begun = core.sockConnect(sock, toAddr16(ip), port);
  if (begun < 0) return failed(-begun);
  const before = waiting(core, all, sock);
  const sent = core.sockSend(sock, PAYLOAD);
  if (sent < 0) return failed(-sent);
  return watch(core, () => {
    const error = core.sockGet(sock, 'error');
    if (error > 0) return failed(error);
    return waiting(core, all, sock) > before ? 'open' : undefined;
  });
}

/** Bytes that wait in the lab's UDP sockets, but for one. */
function waiting(core: Core, all: readonly number[], ours: number): number {
  const others = all.flatMap((ns) => core.socks(ns)).filter((s) => s.type === SockType.UDP && s.sock !== ours);
  return others.reduce((n, s) => n + s.recvQ, 0);
}

function echo(core: Core, { ns, ip }: Way): Outcome | undefined {
  const sock = core.sockOpen(ns, SockType.PING, ip.v, ip.v === 4 ? ICMP : ICMP6);
  core.sockSet(sock, 'recverr', 1);
  const sent = core.sockSend(sock, echoRequest(ip.v, 0, 1, PAYLOAD), toAddr16(ip), 0);
  if (sent < 0) return failed(-sent);
  return watch(core, () => {
    const got = core.sockRecvFrom(sock);
    if (typeof got === 'number') return got === -EAGAIN.code ? undefined : 'unreachable';
    return got.error ? 'unreachable' : 'open';
  });
}
