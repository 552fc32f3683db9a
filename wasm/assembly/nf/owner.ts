/** Who sends: user and group of each socket, for -m owner and LOG. @see Linux net/netfilter/xt_owner.c: owner_mt */
import { sockAt, sockValid } from '../sock/table';

/** The sender of what the kernel itself sends by a socket of its own (ICMP, resets): one without a file, so without a user. */
export const OWNER_KERNEL: u32 = 0xffffffff;

/** Notes a socket's owner; of sockets that are not told it is root. Accepted ones have their listener's. */
export function sockOwner(sock: u32, uid: u32, gid: u32): void {
  if (!sockValid(sock as i32)) return;
  const s = sockAt(sock as i32);
  s.uid = uid;
  s.gid = gid;
}

/** User of a socket; 0xffffffff: none. */
export function ownerUid(sock: u32): u32 {
  if (sock == OWNER_KERNEL) return sock;
  return sockValid(sock as i32) ? sockAt(sock as i32).uid : 0;
}

/** Group of a socket; 0xffffffff: none. */
export function ownerGid(sock: u32): u32 {
  if (sock == OWNER_KERNEL) return sock;
  return sockValid(sock as i32) ? sockAt(sock as i32).gid : 0;
}

/** @param what 1 user, 2 group, 4 whether there is a socket at all @param sock 0: none */
export function ownerFits(sock: u32, what: u32, lo: u32, hi: u32): bool {
  if (sock == 0) return false;
  if (what == 4) return true;
  if (sock == OWNER_KERNEL) return false;
  const id = what == 1 ? ownerUid(sock) : ownerGid(sock);
  return id >= lo && id <= hi;
}
