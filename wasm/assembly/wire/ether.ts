/** Ethernet II header: destination 6, source 6, type 2. @see RFC 894 */
import { rd16, rdMac, wr16, wrMac } from './bytes';

export const ETH_HLEN: u32 = 14;
export const ETH_IPV4: u32 = 0x0800;
export const ETH_ARP: u32 = 0x0806;
export const ETH_IPV6: u32 = 0x86dd;
/** 802.1Q tag: two bytes of priority and VLAN, then the type of what follows. */
export const ETH_VLAN: u32 = 0x8100;
export const VLAN_HLEN: u32 = 4;
export const MAC_BROADCAST: u64 = 0xffffffffffff;

/** Destination. */
export function ethDst(p: usize): u64 {
  return rdMac(p);
}

/** Source. */
export function ethSrc(p: usize): u64 {
  return rdMac(p + 6);
}

/** Type. */
export function ethType(p: usize): u32 {
  return rd16(p + 12);
}

/** Writes the whole header. */
export function ethWrite(p: usize, dst: u64, src: u64, type: u32): void {
  wrMac(p, dst);
  wrMac(p + 6, src);
  wr16(p + 12, type);
}

/** Whether the group bit of a MAC is set (broadcast too). */
export function macIsGroup(mac: u64): bool {
  return (mac & 0x010000000000) != 0;
}
