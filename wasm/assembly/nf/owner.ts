/** Who sends: user and group of each socket, for -m owner and LOG. @see Linux net/netfilter/xt_owner.c: owner_mt */
import { OWNER_BASE, OWNER_CAP, OWNER_REC } from '../mem';

/** The sender of what the kernel itself sends by a socket of its own (ICMP, resets): one without a file, so without a user. */
export const OWNER_KERNEL: u32 = 0xffffffff;

function at(sock: u32): usize {
  return OWNER_BASE + ((sock & 0xffff) as usize) * OWNER_REC;
}

/** Notes a socket's owner; of sockets that are not told it is root. */
export function sockOwner(sock: u32, uid: u32, gid: u32): void {
  if ((sock & 0xffff) >= OWNER_CAP) return;
  store<u32>(at(sock), uid);
  store<u32>(at(sock), gid, 4);
}

/** User of a socket; 0xffffffff: none. */
export function ownerUid(sock: u32): u32 {
  if (sock == OWNER_KERNEL) return sock;
  return (sock & 0xffff) >= OWNER_CAP ? 0 : load<u32>(at(sock));
}

/** Group of a socket; 0xffffffff: none. */
export function ownerGid(sock: u32): u32 {
  if (sock == OWNER_KERNEL) return sock;
  return (sock & 0xffff) >= OWNER_CAP ? 0 : load<u32>(at(sock), 4);
}

/** @param what 1 user, 2 group, 4 whether there is a socket at all @param sock 0: none */
export function ownerFits(sock: u32, what: u32, lo: u32, hi: u32): bool {
  if (sock == 0) return false;
  if (what == 4) return true;
  if (sock == OWNER_KERNEL) return false;
  const id = what == 1 ? ownerUid(sock) : ownerGid(sock);
  return id >= lo && id <= hi;
}
