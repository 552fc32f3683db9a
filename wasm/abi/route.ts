/** Record of a route as it crosses (routeAdd, routeDel, routeLookup): ROUTE_X_SIZE bytes. */

export const ROUTE_X_DST = 0;
export const ROUTE_X_GW = 16;
export const ROUTE_X_SRC = 32;
export const ROUTE_X_TABLE = 48;
export const ROUTE_X_BITS = 52;
export const ROUTE_X_DEV = 56;
export const ROUTE_X_SCOPE = 60;
export const ROUTE_X_METRIC = 64;
export const ROUTE_X_TYPE = 68;
/** bit 0: a gateway is given, bit 1: a source is given. */
export const ROUTE_X_FLAGS = 72;
export const ROUTE_X_SIZE = 80;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RT_TABLE_DEFAULT = 253;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;
