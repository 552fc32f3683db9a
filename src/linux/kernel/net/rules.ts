/** Rules as the core takes them, and as one text by which equal rules are known. */

import { ip4, last4 } from '../../../base/ip.ts';
import type { CoreRule } from '../../core/core.ts';
import { Target } from '../../core/core.ts';
import * as abi from '../../core/match.ts';
import { type NfRule, type NfTarget, type Not, onlyNft } from '../netadmin.ts';
import { toAddr16 } from './addr16.ts';
import { toCoreMatches } from './matches.ts';

type Draft = { -readonly [K in keyof CoreRule]: CoreRule[K] };

const ADDR_TYPE = { LOCAL: 1, UNICAST: 2, BROADCAST: 3, MULTICAST: 4 } as const;

/** ICMP type and code of REJECT's answers; 255 is a TCP reset. @see Linux include/uapi/linux/netfilter_ipv4/ipt_REJECT.h */
const REJECT: Readonly<Record<string, readonly [number, number]>> = {
  'icmp-net-unreachable': [3, 0],
  'icmp-host-unreachable': [3, 1],
  'icmp-proto-unreachable': [3, 2],
  'icmp-port-unreachable': [3, 3],
  'icmp-net-prohibited': [3, 9],
  'icmp-host-prohibited': [3, 10],
  'icmp-admin-prohibited': [3, 13],
  'icmp6-no-route': [1, 0],
  'icmp6-adm-prohibited': [1, 1],
  'icmp6-addr-unreachable': [1, 3],
  'icmp6-port-unreachable': [1, 4],
  'icmp6-policy-fail': [1, 5],
  'icmp6-reject-route': [1, 6],
  'tcp-reset': [255, 0],
};

/** @param chain gives the core's handle of a chain by name @param epochNs ns since 1970 at virtual time 0 */
export function toCoreRule(r: NfRule, chain: (name: string) => number, epochNs: bigint): CoreRule {
  const out: Draft = { target: Target.NONE };
  if (r.src) Object.assign(out, { src: toAddr16(r.src.value.addr), srcBits: r.src.value.bits, srcNot: r.src.not });
  if (r.dst) Object.assign(out, { dst: toAddr16(r.dst.value.addr), dstBits: r.dst.value.bits, dstNot: r.dst.not });
  if (r.in) Object.assign(out, { in: r.in.value, inNot: r.in.not });
  if (r.out) Object.assign(out, { out: r.out.value, outNot: r.out.not });
  if (r.proto && r.proto.value !== 0) Object.assign(out, { proto: r.proto.value, protoNot: r.proto.not });
  if (r.sport) Object.assign(out, { sport: [r.sport.value.from, r.sport.value.to], sportNot: r.sport.not });
  if (r.dport) Object.assign(out, { dport: [r.dport.value.from, r.dport.value.to], dportNot: r.dport.not });
  if (r.tcpFlags)
    Object.assign(out, { tcpMask: r.tcpFlags.value.mask, tcpComp: r.tcpFlags.value.comp, tcpNot: r.tcpFlags.not });
  if (r.icmp)
    Object.assign(out, { icmpType: r.icmp.value.type, icmpCode: r.icmp.value.code ?? -1, icmpNot: r.icmp.not });
  if (r.ctstate) Object.assign(out, { ctstate: r.ctstate.value, ctstateNot: r.ctstate.not });
  if (r.srcType) Object.assign(out, { srcType: ADDR_TYPE[r.srcType.value], srcTypeNot: r.srcType.not });
  if (r.dstType) Object.assign(out, { dstType: ADDR_TYPE[r.dstType.value], dstTypeNot: r.dstType.not });
  if (r.mark) Object.assign(out, { mark: r.mark.value.value, markMask: r.mark.value.mask, markNot: r.mark.not });
  if (r.limit)
    Object.assign(out, { limitNs: Math.floor((r.limit.per * 1e9) / r.limit.count), limitBurst: r.limit.burst });
  if (r.multiport) {
    const { side, ports } = r.multiport.value;
    Object.assign(out, {
      multiportSide: side === 'source' ? 1 : side === 'destination' ? 2 : 3,
      multiport: ports.map((p) => [p.from, p.to] as const),
      multiportNot: r.multiport.not,
    });
  }
  const more = toCoreMatches(r, epochNs);
  if (more.length > 0) out.more = more;
  if (r.target) Object.assign(out, target(r.target, chain));
  return out;
}

function target(t: NfTarget, chain: (name: string) => number): Partial<Draft> {
  switch (t.kind) {
    case 'jump':
    case 'goto':
      return { target: t.kind === 'jump' ? Target.JUMP : Target.GOTO, chain: chain(t.chain) };
    case 'DNAT':
    case 'SNAT':
      return {
        target: Target[t.kind],
        ...(t.ip && { toIp: toAddr16(t.ip) }),
        ...(t.ipTo && { toIp2: toAddr16(t.ipTo) }),
        ...(t.ports && { toPort: [t.ports.from, t.ports.to] as const }),
        ...(t.random && { random: true }),
        ...(t.fully && { fully: true }),
        ...(t.persistent && { persistent: true }),
      };
    case 'NETMAP':
      return { target: Target.DNAT, netmap: true, toIp: toAddr16(t.to.addr), toIp2: toAddr16(ip4(last4(t.to))) };
    case 'MASQUERADE':
    case 'REDIRECT':
      return {
        target: Target[t.kind],
        ...(t.ports && { toPort: [t.ports.from, t.ports.to] as const }),
        ...(t.random && { random: true }),
        ...(t.fully && { fully: true }),
      };
    case 'REJECT': {
      const [type, code] = REJECT[t.with] ?? [3, 3];
      return { target: Target.REJECT, value: type, mask: code };
    }
    case 'MARK':
      return { target: Target.MARK, value: t.value, mask: t.mask };
    case 'LOG':
      return { target: Target.LOG, value: 0 };
    case 'CONNMARK': {
      const arg = { set: abi.CONNMARK_SET, save: abi.CONNMARK_SAVE, restore: abi.CONNMARK_RESTORE }[t.how];
      return { target: Target.CONNMARK, value: t.value, mask: t.mask, arg, arg2: t.nfmask };
    }
    case 'TOS':
      return { target: Target.TOS, value: t.value, mask: t.mask };
    case 'DSCP':
      return { target: Target.TOS, value: t.value << 2, mask: 0xfc };
    case 'TTL':
    case 'HL':
      return {
        target: Target.TTL,
        value: t.value,
        mask: { set: abi.TTL_SET, inc: abi.TTL_INC, dec: abi.TTL_DEC }[t.how],
      };
    case 'TCPMSS':
      return { target: Target.TCPMSS, value: t.mss ?? 0, mask: 0 };
    case 'NFQUEUE':
      return { target: t.bypass ? Target.ACCEPT : Target.NFQUEUE };
    case 'TPROXY':
      return { target: Target.DROP };
    case 'TEE':
      return { target: Target.TEE, toIp: toAddr16(t.gateway), toIp2: nameBytes(t.oif ?? '') };
    case 'NFLOG':
    case 'CLASSIFY':
    case 'CHECKSUM':
    case 'AUDIT':
      return { target: Target.NFLOG };
    case 'CT': {
      const side = { both: abi.ZONE_BOTH, orig: abi.ZONE_ORIG, reply: abi.ZONE_REPLY }[t.side];
      const marked = t.zone === 'mark';
      return { target: Target.ZONE, value: t.zone === 'mark' ? 0 : t.zone, arg: side | (marked ? abi.ZONE_MARK : 0) };
    }
    case 'TRACE':
      return { target: Target.NFLOG };
    default:
      return { target: Target[t.kind] };
  }
}

/** A device's name in 16 bytes. */
function nameBytes(name: string): Uint8Array {
  const out = new Uint8Array(16);
  for (let i = 0; i < Math.min(name.length, 15); i++) out[i] = name.charCodeAt(i);
  return out;
}

/** A text that is the same for rules that mean the same and are written the same. */
export function ruleKey(r: NfRule): string {
  const plain = (v: unknown): unknown => {
    if (typeof v === 'bigint') return `n${v}`;
    if (Array.isArray(v)) return v.map(plain);
    if (v === null || typeof v !== 'object') return v;
    const entries = Object.entries(v).filter(([, x]) => x !== undefined && x !== false);
    return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, plain(x)]);
  };
  const { modules: _, nft, ...rest } = r;
  return JSON.stringify(plain({ ...rest, native: nft !== undefined && onlyNft(r) }));
}

/** A match that is not negated. */
export const is = <T>(value: T): Not<T> => ({ value, not: false });
