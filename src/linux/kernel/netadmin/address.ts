/** Addresses of devices: `ip address`. */
import type { IpAddr, Prefix } from '../../../base/ip.ts';
import type { Errno } from '../errno.ts';

export interface Addr {
  readonly ifindex: number;
  /** Address with its prefix length. */
  readonly prefix: Prefix;
  readonly broadcast?: IpAddr;
  readonly scope: 'global' | 'link' | 'host';
  /** `kernel_lo`, `kernel_ll`, `kernel_ra`, or undefined. */
  readonly proto?: string;
  /** IPv6: IFA_F_* as it stands: 0x02 nodad, 0x08 dadfailed, 0x20 deprecated, 0x40 tentative. */
  readonly flags?: number;
  readonly label: string;
  /** IPv6, from a router's prefix: virtual ns until which it is good, and a good source. */
  readonly good?: { valid: number; preferred: number };
  /** Seconds that are left of both, in a list. */
  readonly left?: { readonly valid: number; readonly preferred: number };
}

/** Addresses of a namespace. */
export interface AddressAdmin {
  addrs(): Addr[];
  /** Adds local, broadcast and connected routes as Linux does. */
  addAddr(
    ifname: string,
    prefix: Prefix,
    options?: { broadcast?: IpAddr; scope?: Addr['scope']; label?: string; nodad?: boolean; noprefixroute?: boolean },
  ): Errno | 0;
  delAddr(ifname: string, prefix: Prefix): Errno | 0;
}
