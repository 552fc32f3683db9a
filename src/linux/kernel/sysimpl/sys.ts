/** The whole of a process's system calls. */
import type { Machine } from '../kernel.ts';
import type { NetnsKey } from '../netadmin.ts';
import type { Proc } from '../process.ts';
import type { Sys } from '../sys.ts';
import { SysTerminals } from './terminals.ts';

/** Those of a process that may do everything to files. */
export class SysCalls extends SysTerminals implements Sys {}

/** @param netns namespace of the network calls when it is not the process's own */
export function makeSys(m: Machine, p: Proc, netns?: NetnsKey): Sys {
  return new (p.isGuarded ? (m.guarded ?? SysCalls) : SysCalls)(m, p, netns);
}
