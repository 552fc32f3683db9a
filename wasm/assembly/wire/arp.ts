/** ARP for IPv4 over Ethernet, 28 bytes. @see RFC 826 */
import { rd16, rd32, rdMac, wr16, wr32, wrMac } from './bytes';

export const ARP_LEN: u32 = 28;
export const ARP_REQUEST: u32 = 1;
export const ARP_REPLY: u32 = 2;

/** Whether the fixed fields are those of IPv4 over Ethernet. */
export function arpIsIpv4(p: usize): bool {
  return rd16(p) == 1 && rd16(p + 2) == 0x0800 && load<u8>(p, 4) == 6 && load<u8>(p, 5) == 4;
}

/** Operation. */
export function arpOp(p: usize): u32 {
  return rd16(p + 6);
}

/** Sender's hardware address. */
export function arpSha(p: usize): u64 {
  return rdMac(p + 8);
}

/** Sender's protocol address. */
export function arpSpa(p: usize): u32 {
  return rd32(p + 14);
}

/** Target's protocol address. */
export function arpTpa(p: usize): u32 {
  return rd32(p + 24);
}

/** Writes all 28 bytes. */
export function arpWrite(p: usize, op: u32, sha: u64, spa: u32, tha: u64, tpa: u32): void {
  wr16(p, 1);
  wr16(p + 2, 0x0800);
  store<u8>(p, 6, 4);
  store<u8>(p, 4, 5);
  wr16(p + 6, op);
  wrMac(p + 8, sha);
  wr32(p + 14, spa);
  wrMac(p + 18, tha);
  wr32(p + 24, tpa);
}
