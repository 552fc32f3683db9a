/** Sockets of the core. */
import * as abi from '../../../wasm/abi.ts';
import type { Core, CoreDatagram, CoreSock } from './core.ts';
import type { Memory } from './memory.ts';
import { readSnmp } from './snmp.ts';
import { readTcpInfo } from './tcp-info.ts';
import type { Wasm } from './wasm.ts';

const OPTIONS = {
  reuseaddr: abi.SOCKOPT_REUSEADDR,
  reuseport: abi.SOCKOPT_REUSEPORT,
  v6only: abi.SOCKOPT_V6ONLY,
  nodelay: abi.SOCKOPT_NODELAY,
  keepalive: abi.SOCKOPT_KEEPALIVE,
  ttl: abi.SOCKOPT_TTL,
  tos: abi.SOCKOPT_TOS,
  mark: abi.SOCKOPT_MARK,
  sndbuf: abi.SOCKOPT_SNDBUF,
  rcvbuf: abi.SOCKOPT_RCVBUF,
  recverr: abi.SOCKOPT_RECVERR,
  broadcast: abi.SOCKOPT_BROADCAST,
  dev: abi.SOCKOPT_DEV,
  linger: abi.SOCKOPT_LINGER,
  hdrincl: abi.SOCKOPT_HDRINCL,
  mtu_discover: abi.SOCKOPT_MTU_DISCOVER,
  error: abi.SOCKOPT_ERROR,
  acceptconn: abi.SOCKOPT_ACCEPTCONN,
  cork: abi.SOCKOPT_CORK,
  quickack: abi.SOCKOPT_QUICKACK,
  keepidle: abi.SOCKOPT_KEEPIDLE,
  keepintvl: abi.SOCKOPT_KEEPINTVL,
  keepcnt: abi.SOCKOPT_KEEPCNT,
  syncnt: abi.SOCKOPT_SYNCNT,
  user_timeout: abi.SOCKOPT_USER_TIMEOUT,
  linger2: abi.SOCKOPT_LINGER2,
  maxseg: abi.SOCKOPT_MAXSEG,
  congestion: abi.SOCKOPT_CONGESTION,
  freebind: abi.SOCKOPT_FREEBIND,
  drops: abi.SOCKOPT_DROPS,
  multicast_ttl: abi.SOCKOPT_MULTICAST_TTL,
  multicast_if: abi.SOCKOPT_MULTICAST_IF,
  multicast_loop: abi.SOCKOPT_MULTICAST_LOOP,
  multicast_all: abi.SOCKOPT_MULTICAST_ALL,
} as const;

type SockFace =
  | 'sockOpen'
  | 'sockBind'
  | 'sockConnect'
  | 'sockListen'
  | 'sockAccept'
  | 'sockSend'
  | 'sockRecv'
  | 'sockRecvFrom'
  | 'sockShutdown'
  | 'sockClose'
  | 'sockGroup'
  | 'sockReady'
  | 'sockSet'
  | 'sockGet'
  | 'sockInfo'
  | 'socks'
  | 'sockTcpInfo'
  | 'snmp'
  | 'fragments';

function readSock(m: Memory, at: number): CoreSock {
  const v = m.view;
  return {
    sock: v.getUint32(at + abi.SOCK_X_SOCK, true),
    type: v.getUint8(at + abi.SOCK_X_TYPE),
    family: v.getUint8(at + abi.SOCK_X_FAMILY) === 6 ? 6 : 4,
    state: v.getUint8(at + abi.SOCK_X_STATE),
    v6only: v.getUint8(at + abi.SOCK_X_V6ONLY) !== 0,
    local: m.addrAt(at + abi.SOCK_X_LOCAL),
    remote: m.addrAt(at + abi.SOCK_X_REMOTE),
    lport: v.getUint16(at + abi.SOCK_X_LPORT, true),
    rport: v.getUint16(at + abi.SOCK_X_RPORT, true),
    recvQ: v.getUint32(at + abi.SOCK_X_RECVQ, true),
    sendQ: v.getUint32(at + abi.SOCK_X_SENDQ, true),
    dev: v.getUint32(at + abi.SOCK_X_DEV, true),
    id: v.getUint32(at + abi.SOCK_X_ID, true),
    drops: v.getUint32(at + abi.SOCK_X_DROPS, true),
  };
}

function readDatagram(m: Memory, at: number): CoreDatagram {
  const v = m.view;
  const len = v.getUint32(at + abi.DGRAM_LEN, true);
  const data = at + abi.DGRAM_HEAD;
  const plain = {
    data: m.bytes.slice(data, data + len),
    local: m.addrAt(at + abi.DGRAM_LOCAL),
    ip: m.addrAt(at + abi.DGRAM_IP),
    port: v.getUint16(at + abi.DGRAM_PORT, true),
    ttl: v.getUint8(at + abi.DGRAM_TTL),
    time: v.getFloat64(at + abi.DGRAM_TIME, true),
  };
  const info = v.getUint32(at + abi.DGRAM_ERR_INFO, true);
  if (v.getUint8(at + abi.DGRAM_IS_ERROR) === 0) return { ...plain, dev: info };
  const error = {
    type: v.getUint8(at + abi.DGRAM_ERR_TYPE),
    code: v.getUint8(at + abi.DGRAM_ERR_CODE),
    errno: v.getUint16(at + abi.DGRAM_ERR_ERRNO, true),
    mtu: info,
    local: v.getUint8(at + abi.DGRAM_IS_ERROR) === 2,
  };
  return { ...plain, dev: 0, error };
}

export function sockFace(w: Wasm, m: Memory): Pick<Core, SockFace> {
  return {
    sockOpen: (ns, type, family, protocol) => w.sockOpen(ns, type, family, protocol),
    sockBind(sock, ip, port, scope) {
      m.putAddr(ip, scope);
      return w.sockBind(sock, port);
    },
    sockConnect(sock, ip, port, scope) {
      m.putAddr(ip, scope);
      return w.sockConnect(sock, port);
    },
    sockListen: (sock, backlog) => w.sockListen(sock, backlog),
    sockAccept: (sock) => w.sockAccept(sock),
    sockSend(sock, bytes, ip, port, scope) {
      const part = bytes.length > m.room ? bytes.subarray(0, m.room) : bytes;
      m.bytes.set(part, m.data);
      if (ip) m.putAddr(ip, scope);
      return w.sockSend(sock, part.length, ip ? 1 : 0, port ?? 0);
    },
    sockRecv(sock, max) {
      const n = w.sockRecv(sock, Math.min(max, m.room));
      return n < 0 ? n : m.bytes.slice(m.data, m.data + n);
    },
    sockRecvFrom(sock) {
      const n = w.sockRecvFrom(sock);
      // 0: shut down for reading, an end of file.
      if (n === 0) m.bytes.fill(0, m.data, m.data + abi.DGRAM_HEAD);
      return n < 0 ? n : readDatagram(m, m.data);
    },
    sockShutdown: (sock, how) => w.sockShutdown(sock, how),
    sockClose: (sock) => w.sockClose(sock),
    sockGroup(sock, dev, ip, join) {
      m.putAddr(ip);
      return w.sockGroup(sock, dev, join ? 1 : 0);
    },
    sockReady: (sock) => w.sockReady(sock),
    sockSet: (sock, key, value) => w.sockSet(sock, OPTIONS[key], value),
    sockGet: (sock, key) => w.sockGet(sock, OPTIONS[key]),
    ...readFace(w, m),
  };
}

/** What is known of sockets, and what was counted. */
function readFace(w: Wasm, m: Memory): Pick<Core, 'sockInfo' | 'sockTcpInfo' | 'socks' | 'snmp' | 'fragments'> {
  return {
    sockInfo(sock) {
      w.sockInfo(sock, m.data);
      return readSock(m, m.data);
    },
    sockTcpInfo(sock) {
      w.sockTcpInfo(sock, m.data);
      return readTcpInfo(m.view, m.data);
    },
    snmp(ns) {
      w.snmpRead(ns);
      const ip = m.data + 8 * abi.SNMP_MAX;
      w.mibRead(ns, ip);
      const ip6 = ip + 8 * abi.MIB_MAX;
      w.mib6Read(ns, ip6);
      return readSnmp(m.view, m.data, ip, ip6);
    },
    fragments(ns, family) {
      if (family === 4) w.fragWaiting(ns, m.data);
      else w.frag6Waiting(ns, m.data);
      return { queues: m.view.getFloat64(m.data, true), memory: m.view.getFloat64(m.data + 8, true) };
    },
    socks(ns) {
      const out: CoreSock[] = [];
      for (let from = 1; from !== 0; from = m.view.getUint32(m.addr, true)) {
        const n = w.sockDump(ns, from);
        for (let i = 0; i < n; i++) out.push(readSock(m, m.data + i * abi.SOCK_X_SIZE));
      }
      return out;
    },
  };
}
