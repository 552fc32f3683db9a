/** The headers that a tunnel's packet gets on its way out, Ethernet and IPv4, from a memo. */
import { Pkt } from '../sim/packet';
import { wr16 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { ETH_HLEN } from '../wire/ether';
import { IP } from './frame';
import { Memo, Path } from './memo';

/** Bytes of both. */
export const OUTER: u32 = ETH_HLEN + 20;
/** Bit of Path.dev: the segment is the way out of a tunnel's packet, not an arrival. */
export const TUNNEL: u32 = 0x80000000;

/** What stands for addresses while there are none: the remote end, and the device the tunnel insists on. */
export function tunnelPair(p: Pkt): u64 {
  return (p.nexthop as u64) | ((p.oif as u64) << 32);
}

/** What stands for a header word: TTL and TOS, whether the packet inside was routed here, flags. */
export function tunnelHead(p: Pkt): u64 {
  return (p.user as u64) | ((p.rtype as u64) << 16) | ((p.flags as u64) << 32);
}

/** Writes them at `to`, before a UDP datagram of `len` bytes. @param id identification, as it lies in memory */
export function tunnelHeaders(to: usize, m: Memo, r: Path, id: u32, len: u32): void {
  const ip = to + IP;
  store<u64>(to, r.newMac0);
  store<u64>(to, r.newMac1, 6);
  store<u16>(ip, r.newHead as u16);
  wr16(ip + 2, len + 20);
  store<u16>(ip, id as u16, 4);
  store<u32>(ip, (r.newHead >> 16) as u32, 6);
  store<u16>(ip, 0, 10);
  store<u64>(ip, m.newAddrs, 12);
  store<u16>(ip, csumFold(csumPartial(ip, 20, 0)), 10);
}
