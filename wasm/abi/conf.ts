/** Settings of IPv4 per device (net.ipv4.conf.DEV.*, net.ipv4.neigh.DEV.*) and per namespace (net.ipv4.*): keys of confSet, confGet, ip4Set, ip4Get. */

/** In place of a device: net.ipv4.conf.all, net.ipv4.conf.default. */
export const CONF_ALL = 0;
export const CONF_DEFAULT = 0xffffffff;
/** @see Linux include/uapi/linux/ip.h: IPV4_DEVCONF_*; the numbers are our own */
export const CONF_FORWARDING = 0;
export const CONF_RP_FILTER = 1;
export const CONF_ACCEPT_LOCAL = 2;
export const CONF_ROUTE_LOCALNET = 3;
export const CONF_PROXY_ARP = 4;
export const CONF_PROXY_ARP_PVLAN = 5;
export const CONF_ARP_IGNORE = 6;
export const CONF_ARP_ANNOUNCE = 7;
export const CONF_ARP_FILTER = 8;
export const CONF_ARP_ACCEPT = 9;
export const CONF_ARP_NOTIFY = 10;
export const CONF_ACCEPT_REDIRECTS = 11;
export const CONF_SECURE_REDIRECTS = 12;
export const CONF_SHARED_MEDIA = 13;
export const CONF_SEND_REDIRECTS = 14;
export const CONF_ACCEPT_SOURCE_ROUTE = 15;
export const CONF_LOG_MARTIANS = 16;
export const CONF_PROMOTE_SECONDARIES = 17;
export const CONF_BC_FORWARDING = 18;
export const CONF_MC_FORWARDING = 19;
export const CONF_SRC_VALID_MARK = 20;
export const CONF_DROP_GRATUITOUS_ARP = 21;
export const CONF_DROP_UNICAST_IN_L2_MULTICAST = 22;
export const CONF_IGNORE_ROUTES_WITH_LINKDOWN = 23;
export const CONF_MEDIUM_ID = 24;
export const CONF_ARP_EVICT_NOCARRIER = 25;
export const CONF_BOOTP_RELAY = 26;
export const CONF_TAG = 27;
export const CONF_DISABLE_XFRM = 28;
export const CONF_DISABLE_POLICY = 29;
/** net.ipv4.neigh.*; times are ms. */
export const CONF_BASE_REACHABLE_TIME = 32;
export const CONF_DELAY_FIRST_PROBE_TIME = 33;
export const CONF_RETRANS_TIME = 34;
export const CONF_UCAST_SOLICIT = 35;
export const CONF_MCAST_SOLICIT = 36;
export const CONF_UNRES_QLEN = 37;
export const CONF_LOCKTIME = 38;
export const CONF_PROXY_DELAY = 39;
export const CONF_PROXY_QLEN = 40;
export const CONF_COUNT = 48;

/** net.ipv4.*; times are ms. */
export const IP4_ECHO_IGNORE_BROADCASTS = 0;
export const IP4_ERRORS_USE_INBOUND_IFADDR = 1;
export const IP4_RATELIMIT = 2;
export const IP4_RATEMASK = 3;
export const IP4_MSGS_PER_SEC = 4;
export const IP4_MSGS_BURST = 5;
export const IP4_ERROR_COST = 6;
export const IP4_ERROR_BURST = 7;
export const IP4_REDIRECT_LOAD = 8;
export const IP4_REDIRECT_NUMBER = 9;
export const IP4_REDIRECT_SILENCE = 10;
export const IP4_FWMARK_REFLECT = 11;
export const IP4_MULTIPATH_HASH_POLICY = 12;
export const IP4_FORWARD_USE_PMTU = 13;
export const IP4_NONLOCAL_BIND = 14;
export const IP4_TCP_FWMARK_ACCEPT = 15;
export const IP4_COUNT = 16;
