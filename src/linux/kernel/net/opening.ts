/** What a process opens on a network namespace: sockets, captures, streams of events. */
import { ENODEV, EPERM, type Errno, isErr } from '../errno.ts';
import type { Machine } from '../kernel.ts';
import type { NetnsKey } from '../netadmin.ts';
import type { Proc } from '../process.ts';
import type { SocketFile } from '../socket.ts';
import type { Capture, CtEvents, NetEvents, SocketType } from '../sys.ts';
import { openCapture } from './capture.ts';
import type { Block } from './inbox.ts';
import type { Netns } from './netns.ts';
import { mayOpen } from './privilege.ts';
import { InetSocket } from './sockfile.ts';

export function openSocket(
  m: Machine,
  netns: NetnsKey,
  owner: Proc,
  family: 'inet' | 'inet6',
  type: SocketType,
  protocol: number,
): SocketFile | Errno {
  const { net, core } = m.world;
  const ns = net.get(netns);
  if (!ns) return ENODEV;
  const refused = mayOpen(net, ns, owner, type, protocol);
  if (isErr(refused)) return refused;
  const sock = InetSocket.open(net, ns, family, type, protocol, () => m.world.inode());
  if (isErr(sock)) return sock;
  sock.uid = owner.uid;
  sock.gid = owner.gid;
  sock.opener = { comm: owner.comm, pid: owner.pids.get(m.pidns) ?? owner.pid };
  core.sockOwner(sock.sock, owner.uid, owner.gid);
  return sock;
}

/** A capture of a device, of all of them without a name. @param snaplen bytes of a frame */
export function captureOf(
  m: Machine,
  p: Proc,
  netns: NetnsKey,
  ifname: string | undefined,
  snaplen: number,
  promisc: boolean,
): Capture | Errno {
  const ns = m.world.net.get(netns);
  if (!ns) return ENODEV;
  if (!p.can('CAP_NET_RAW')) return EPERM;
  const capture = openCapture(m.world.net, ns, ifname, snaplen, promisc, (op) => p.blocking(op));
  if (isErr(capture)) return capture;
  return {
    read: () => capture.read(),
    dropped: () => capture.dropped(),
    send: (frame) => capture.send(frame),
    close: p.watching(capture),
  };
}

/** What happens to a namespace's connections. */
export function conntrackEvents(m: Machine, p: Proc, netns: NetnsKey): CtEvents | Errno {
  return listen(m, p, netns, m.world.net.connWatch);
}

/** What changes in a namespace. */
export function networkEvents(m: Machine, p: Proc, netns: NetnsKey): NetEvents | Errno {
  return listen(m, p, netns, m.world.net.watch);
}

/** A stream that the end of the process closes. */
function listen<E>(
  m: Machine,
  p: Proc,
  netns: NetnsKey,
  source: { open(ns: Netns, block: Block): { read(): Promise<E | Errno>; close(): void } },
): { read(): Promise<E | Errno>; close(): void } | Errno {
  const ns = m.world.net.get(netns);
  if (!ns) return ENODEV;
  const events = source.open(ns, (op) => p.blocking(op));
  return { read: () => events.read(), close: p.watching(events) };
}
