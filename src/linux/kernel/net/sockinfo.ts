/** Sockets of a namespace as ss lists them. */
import type { IpAddr } from '../../../base/ip.ts';
import { type CoreSock, SockType } from '../../core/core.ts';
import type { SocketInfo } from '../netadmin.ts';
import { ANY4, ANY6, fromAddr16 } from './addr16.ts';
import type { Netns } from './netns.ts';
import type { InetSocket } from './sockfile.ts';
import type { NetWorld } from './world.ts';

const TCP_STATE = [
  '',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
];

const LISTEN = TCP_STATE.indexOf('LISTEN');

/** A socket that waits for others, and where. */
export interface Listener {
  readonly socket: InetSocket;
  readonly netid: 'tcp' | 'udp';
  readonly ip: IpAddr;
  readonly port: number;
}

/** Who holds the open file of a socket. */
export type Holders = (file: unknown) => SocketInfo['users'];

export function listSockets(world: NetWorld, ns: Netns, holders: Holders): SocketInfo[] {
  return world.core.socks(ns.core).map((s) => info(world, s, holders));
}

/** An end of a socket; none given is the socket's family's. */
function end(family: 4 | 6, a: Uint8Array): IpAddr {
  const addr = fromAddr16(a);
  const zero = addr.v === 4 ? addr.value === 0 : addr.value === 0n;
  return zero ? (family === 4 ? ANY4 : ANY6) : addr;
}

/**
 * Where anybody may come to: listening TCP sockets, and UDP sockets bound to a port and to no peer; of all namespaces at
 * once, so that it costs one look at each open socket.
 */
export function* listeners(world: NetWorld): Generator<Listener> {
  for (const socket of world.sockets.values()) {
    const s = world.core.sockInfo(socket.sock);
    const tcp = s.type === SockType.TCP;
    if (tcp ? s.state !== LISTEN : s.type !== SockType.UDP || s.rport !== 0 || s.lport === 0) continue;
    yield { socket, netid: tcp ? 'tcp' : 'udp', ip: end(s.family, s.local), port: s.lport };
  }
}

function info(world: NetWorld, s: CoreSock, holders: Holders): SocketInfo {
  const file = world.sockets.get(s.sock);
  const d = s.dev ? world.devices.get(s.dev) : undefined;
  return {
    netid:
      s.type === SockType.TCP ? 'tcp' : s.type === SockType.UDP ? 'udp' : s.type === SockType.PING ? 'icmp' : 'raw',
    family: s.family,
    state: s.type === SockType.TCP ? (TCP_STATE[s.state] ?? 'UNCONN') : s.rport !== 0 ? 'ESTAB' : 'UNCONN',
    recvQ: s.recvQ,
    sendQ: s.sendQ,
    local: { ip: end(s.family, s.local), port: s.lport },
    peer: { ip: end(s.family, s.remote), port: s.rport },
    v6only: s.v6only,
    ...(d && { ifname: d.name }),
    drops: s.drops,
    ...(s.type === SockType.TCP && { info: () => world.core.sockTcpInfo(s.id) }),
    inode: file?.inode ?? 0,
    uid: file?.uid ?? 0,
    users: file ? holders(file) : [],
  };
}
