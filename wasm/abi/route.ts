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
/** bit 0: a gateway is given, bit 1: a source is given, bit 2: onlink, bit 3: one more next hop of the route before, bit 4: behind its equals, bit 5: its MTU is locked. */
export const ROUTE_X_FLAGS = 72;
/** Weight of the next hop, less one. */
export const ROUTE_X_WEIGHT = 76;
/** Answers of routeLookup: ROUTE_X_CACHE_* bits, and seconds until what was learned of the path is forgotten. */
export const ROUTE_X_CACHE = 80;
export const ROUTE_X_EXPIRES = 84;
/** MTU of a route, 0 its device's; of an answer the learned path MTU, if there is one. */
export const ROUTE_X_MTU = 88;
/** MSS that connections by a route offer, 0: what its MTU holds. */
export const ROUTE_X_ADVMSS = 92;
export const ROUTE_X_SIZE = 96;
export const ROUTE_HAS_GW = 1;
export const ROUTE_HAS_SRC = 2;
export const ROUTE_ONLINK = 4;
export const ROUTE_MORE = 8;
export const ROUTE_APPEND = 16;
export const ROUTE_MTU_LOCK = 32;
export const ROUTE_CACHE_REDIRECTED = 1;
export const ROUTE_CACHE_LOCAL = 2;
export const ROUTE_CACHE_REDIRECT = 4;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RTN_THROW = 9;
export const RT_SCOPE_UNIVERSE = 0;
export const RT_SCOPE_LINK = 253;
export const RT_SCOPE_HOST = 254;
export const RT_SCOPE_NOWHERE = 255;
export const RT_TABLE_DEFAULT = 253;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;
