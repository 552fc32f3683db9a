/** Sockets that the kernel itself holds: UDP ports of tunnels. They show in ss without a process. */
import { Sim } from '../mem';
import { sockBind } from './bind';
import { bindRemove, mapped } from './demux';
import { S_KERNEL, sockAlloc, sockAt, sockRelease, T_UDP } from './table';

/** Takes a UDP port on all IPv4 addresses. @returns the socket, -ENFILE, or -EADDRINUSE */
export function kernelUdp(ns: u32, port: u32): i32 {
  const id = sockAlloc(ns as i32);
  if (id == 0) return -23;
  const s = sockAt(id);
  s.type = T_UDP;
  s.family = 4;
  s.proto = 17;
  s.state = S_KERNEL;
  s.l1 = mapped(0);
  s.r1 = mapped(0);
  const err = sockBind(s, 0, mapped(0), port);
  if (err != 0) {
    sockRelease(s);
    return err;
  }
  Sim.at().tunnels++;
  return id;
}

/** Gives it back. */
export function kernelClose(id: u32): void {
  const s = sockAt(id as i32);
  if (!s.used || s.state != S_KERNEL) return;
  bindRemove(s);
  sockRelease(s);
  Sim.at().tunnels--;
}
