/** Settings of a namespace. */

export const NSKEY_IP_FORWARD = 1;
export const NSKEY_ROUTE_LOCALNET = 2;
export const NSKEY_ECHO_IGNORE_ALL = 3;
export const NSKEY_DEFAULT_TTL = 4;
export const NSKEY_BRIDGE_NF = 5;
export const NSKEY_ARP_IGNORE = 6;
export const NSKEY_PORT_LO = 7;
export const NSKEY_PORT_HI = 8;
