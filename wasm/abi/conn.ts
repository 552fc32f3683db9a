/** Record of a connection as dumped (ctDump): CONN_X_SIZE bytes. */

export const CONN_X_OSRC = 0;
export const CONN_X_ODST = 16;
export const CONN_X_RSRC = 32;
export const CONN_X_RDST = 48;
export const CONN_X_OSPORT = 64;
export const CONN_X_ODPORT = 66;
export const CONN_X_RSPORT = 68;
export const CONN_X_RDPORT = 70;
export const CONN_X_PROTO = 72;
export const CONN_X_ICMP_TYPE = 73;
export const CONN_X_ICMP_CODE = 74;
export const CONN_X_TCP_STATE = 75;
export const CONN_X_STATUS = 76;
export const CONN_X_MARK = 80;
export const CONN_X_HANDLE = 84;
/** f64 ns left. */
export const CONN_X_TIMEOUT = 88;
/** f64 each: packets and bytes of the original direction, then of the reply. */
export const CONN_X_OPACKETS = 96;
export const CONN_X_OBYTES = 104;
export const CONN_X_RPACKETS = 112;
export const CONN_X_RBYTES = 120;
/** u16 each: zones of the original direction and of the reply. */
export const CONN_X_OZONE = 128;
export const CONN_X_RZONE = 130;
export const CONN_X_SIZE = 136;

/** What happened to a connection (ctEventNext): CTEV_X_SIZE bytes; its record follows the head. */
export const CTEV_X_TYPE = 0;
export const CTEV_X_NS = 4;
/** f64 ns. */
export const CTEV_X_TIME = 8;
export const CTEV_X_CONN = 16;
export const CTEV_X_SIZE = 152;
export const CTEV_NEW = 1;
export const CTEV_UPDATE = 2;
export const CTEV_DESTROY = 4;
