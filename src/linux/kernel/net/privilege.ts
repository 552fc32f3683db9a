/** What of sockets is not for everybody. @see capabilities(7), ip(7), icmp(7) */
import { EACCES, EPERM, type Errno, isErr } from '../errno.ts';
import type { SocketType } from '../sys.ts';
import type { Netns } from './netns.ts';
import { getSysctl } from './sysctls.ts';
import type { NetWorld } from './world.ts';

/** Who asks. */
interface Asker {
  readonly uid: number;
  readonly gid: number;
  can?(capability: string): boolean;
}

const ICMP = 1;
const ICMPV6 = 58;

/** Whether a datagram socket is one of ICMP echo. */
export const isPing = (type: SocketType, protocol: number): boolean =>
  type === 'dgram' && (protocol === ICMP || protocol === ICMPV6);

function numbers(world: NetWorld, ns: Netns, name: string): number[] {
  const text = getSysctl(world, ns, name);
  return isErr(text) ? [] : text.split('\t').map(Number);
}

/** Whether somebody may have a socket: raw ones are root's, ping sockets those of net.ipv4.ping_group_range. */
export function mayOpen(world: NetWorld, ns: Netns, who: Asker, type: SocketType, protocol: number): Errno | 0 {
  if (type === 'raw') return (who.can?.('CAP_NET_RAW') ?? who.uid === 0) ? 0 : EPERM;
  if (!isPing(type, protocol)) return 0;
  const [low = 1, high = 0] = numbers(world, ns, 'net.ipv4.ping_group_range');
  return who.gid >= low && who.gid <= high ? 0 : EACCES;
}

/** Whether somebody may have a port: those below net.ipv4.ip_unprivileged_port_start are root's. */
export function mayBind(world: NetWorld, ns: Netns, who: Asker, port: number): Errno | 0 {
  if (who.uid === 0 || port === 0) return 0;
  const [start = 1024] = numbers(world, ns, 'net.ipv4.ip_unprivileged_port_start');
  return port < start ? EACCES : 0;
}
