/** Who holds a socket, and the sockets of a machine that its core does not know: unix ones. */
import type { Machine } from '../kernel.ts';
import type { NetnsKey, SocketInfo } from '../netadmin.ts';
import type { UnixSocket } from '../unix.ts';

/** Processes with a descriptor of the file, by their numbers in the asking process's PID namespace. */
export function holdersOf(m: Machine, file: unknown): SocketInfo['users'] {
  const pidns = m.current?.pidns ?? m.pidns;
  return pidns.list().flatMap((p) =>
    p.fds
      .list()
      .filter((fd) => p.fds.get(fd) === file)
      .map((fd) => ({ comm: p.comm, pid: p.pids.get(pidns) as number, fd })),
  );
}

const base = { netid: 'unix', family: 1, uid: 0 } as const;

/** Unix sockets of a namespace, as ss lists them. */
export function unixInfos(m: Machine, key: NetnsKey): SocketInfo[] {
  const own = [...m.unixSockets].filter((s) => s.netns === key).map((s) => unixInfo(m, s));
  const served = key === m.hostNetns ? m.services() : [];
  const listening = served.map((s) => ({
    ...base,
    state: 'LISTEN',
    recvQ: 0,
    sendQ: 4096,
    local: { path: s.path, port: s.inode },
    peer: { path: '*', port: 0 },
    inode: s.inode,
    users: [],
  }));
  return [...listening, ...own];
}

function unixInfo(m: Machine, s: UnixSocket): SocketInfo {
  const state = s.state === 'listening' ? 'LISTEN' : s.state === 'connected' ? 'ESTAB' : 'UNCONN';
  return {
    ...base,
    state,
    recvQ: s.queued,
    sendQ: s.listener?.backlog ?? 0,
    local: { path: s.name.path ?? '*', port: s.inode },
    peer: { path: '*', port: s.peerInode },
    inode: s.inode,
    users: holdersOf(m, s),
  };
}
