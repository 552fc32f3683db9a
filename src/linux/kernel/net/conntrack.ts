/** Connections of a namespace, read from the core. */
import type { CoreConn } from '../../core/core.ts';
import type { CtEntry, CtEvent, CtStats } from '../netadmin.ts';
import { fromAddr16 } from './addr16.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

const TCP = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];
const SEEN_REPLY = 2;
const ASSURED = 4;

/** The type of the echo that answers: of a request the reply, and the other way round. */
function answerType(c: CoreConn): number {
  if (c.proto === 58) return c.icmpType === 128 ? 129 : 128;
  return c.icmpType === 8 ? 0 : 8;
}

/** A connection as it is listed. */
export function entry(c: CoreConn): CtEntry {
  const icmp = c.proto === 1 || c.proto === 58;
  const kind = icmp ? { icmpType: c.icmpType, icmpCode: c.icmpCode } : {};
  return {
    original: {
      src: fromAddr16(c.osrc),
      dst: fromAddr16(c.odst),
      proto: c.proto,
      sport: c.osport,
      dport: c.odport,
      ...kind,
    },
    reply: {
      src: fromAddr16(c.rsrc),
      dst: fromAddr16(c.rdst),
      proto: c.proto,
      sport: c.rsport,
      dport: c.rdport,
      ...(icmp && { icmpType: answerType(c), icmpCode: c.icmpCode }),
    },
    ...(c.proto === 6 && { tcpState: TCP[c.tcpState] ?? 'NONE' }),
    assured: (c.status & ASSURED) !== 0,
    seenReply: (c.status & SEEN_REPLY) !== 0,
    timeout: Math.max(0, Math.ceil(c.timeoutNs / 1e9)),
    mark: c.mark,
    zone: c.ozone,
    replyZone: c.rzone,
    id: c.handle,
    origPackets: c.opackets,
    origBytes: c.obytes,
    replyPackets: c.rpackets,
    replyBytes: c.rbytes,
  };
}

export function listConns(world: NetWorld, ns: Netns): CtEntry[] {
  return world.core.conns(ns.core).map(entry);
}

/** Gives connections a new mark. @returns them as they were */
export function markConns(
  world: NetWorld,
  ns: Netns,
  match: (e: CtEntry) => boolean,
  mark: (old: number) => number,
  user?: CtEvent['user'],
): CtEntry[] {
  world.connWatch.tell();
  const found = world.core.conns(ns.core).filter((c) => match(entry(c)));
  for (const c of found) world.core.connMark(c.handle, mark(c.mark) >>> 0);
  world.connWatch.tell(user);
  return found.map(entry);
}

export function connStats(world: NetWorld, ns: Netns): CtStats {
  const of = (key: 'invalid' | 'insert_failed' | 'drop' | 'early_drop' | 'clash_resolve'): number =>
    world.core.nfGet(ns.core, key);
  return {
    invalid: of('invalid'),
    insertFailed: of('insert_failed'),
    drop: of('drop'),
    earlyDrop: of('early_drop'),
    clashResolve: of('clash_resolve'),
  };
}

/** @param user whose doing it is, for those who listen */
export function deleteConns(
  world: NetWorld,
  ns: Netns,
  match: (e: CtEntry) => boolean,
  user?: CtEvent['user'],
): number {
  world.connWatch.tell();
  const gone = world.core.conns(ns.core).filter((c) => match(entry(c)));
  for (const c of gone) world.core.connDel(c.handle);
  world.connWatch.tell(user);
  return gone.length;
}
