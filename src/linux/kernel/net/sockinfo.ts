/** Sockets of a namespace as ss lists them. */
import { type CoreSock, SockType } from '../../core/core.ts';
import type { SocketInfo } from '../netadmin.ts';
import { ANY4, ANY6, fromAddr16 } from './addr16.ts';
import type { Netns } from './netns.ts';
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

/** Who holds the open file of a socket. */
export type Holders = (file: unknown) => SocketInfo['users'];

export function listSockets(world: NetWorld, ns: Netns, holders: Holders): SocketInfo[] {
  return world.core.socks(ns.core).map((s) => info(world, s, holders));
}

function info(world: NetWorld, s: CoreSock, holders: Holders): SocketInfo {
  const file = world.sockets.get(s.sock);
  const d = s.dev ? world.devices.get(s.dev) : undefined;
  const ip = (a: Uint8Array): ReturnType<typeof fromAddr16> => {
    const addr = fromAddr16(a);
    const zero = addr.v === 4 ? addr.value === 0 : addr.value === 0n;
    return zero ? (s.family === 4 ? ANY4 : ANY6) : addr;
  };
  return {
    netid:
      s.type === SockType.TCP ? 'tcp' : s.type === SockType.UDP ? 'udp' : s.type === SockType.PING ? 'icmp' : 'raw',
    family: s.family,
    state: s.type === SockType.TCP ? (TCP_STATE[s.state] ?? 'UNCONN') : s.rport !== 0 ? 'ESTAB' : 'UNCONN',
    recvQ: s.recvQ,
    sendQ: s.sendQ,
    local: { ip: ip(s.local), port: s.lport },
    peer: { ip: ip(s.remote), port: s.rport },
    v6only: s.v6only,
    ...(d && { ifname: d.name }),
    drops: s.drops,
    ...(s.type === SockType.TCP && { info: () => world.core.sockTcpInfo(s.id) }),
    inode: file?.inode ?? 0,
    uid: file?.uid ?? 0,
    users: file ? holders(file) : [],
  };
}
