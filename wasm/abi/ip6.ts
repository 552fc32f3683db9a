/** IPv6: settings of a device and a namespace, flags of an address. */

export const IP6KEY_DISABLE = 1;
export const IP6KEY_FORWARDING = 2;
export const IP6KEY_ACCEPT_RA = 3;
export const IP6KEY_ACCEPT_DAD = 4;
export const IP6KEY_DAD_TRANSMITS = 5;
export const IP6KEY_HOP_LIMIT = 6;
export const IP6KEY_MTU = 7;
export const IP6KEY_RTR_SOLICITS = 8;
export const IP6KEY_PROXY_NDP = 9;
/** Of a namespace (device 0): net.ipv6.conf.all.forwarding, net.ipv6.bindv6only, bridge-nf-call-ip6tables. */
export const IP6KEY_BINDV6ONLY = 10;
export const IP6KEY_BRIDGE_NF = 11;
export const IP6KEY_ECHO_IGNORE_ALL = 12;
/** net.ipv6.icmp.ratelimit, ms. */
export const IP6KEY_RATELIMIT = 13;

/** Of a device: whether redirects are followed. */
export const IP6KEY_ACCEPT_REDIRECTS = 14;

/** A router advertisement that a device takes (raNext): who sent it, the ICMPv6 message. */
export const RA_X_DEV = 0;
export const RA_X_LEN = 4;
export const RA_X_FROM = 8;
export const RA_X_MESSAGE = 24;
export const RA_X_SIZE = 1536;

/** IFA_F_* of Linux. */
export const IFA_F_NODAD = 2;
export const IFA_F_DADFAILED = 8;
export const IFA_F_DEPRECATED = 32;
export const IFA_F_TENTATIVE = 64;
export const IFA_F_PERMANENT = 128;
/** The device has no carrier yet: detection has not begun. */
export const IFA_F_WAITING = 0x10000;
/** A prefix of a router's: whoever asks for it is answered. Internal. */
export const IFA_F_ANYCAST = 0x20000;
