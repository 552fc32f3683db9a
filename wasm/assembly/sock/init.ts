/** Set-up of sockets. */
import { demuxInit } from './demux';
import { sockMemInit } from './mem';
import { tcpNetInit } from './tcpnet';

/** Cuts the first tables of the arena, which is to begin behind all others. @returns 0, or -1 without memory */
export function sockInit(): i32 {
  return sockMemInit() != 0 || demuxInit() != 0 || tcpNetInit() != 0 ? -1 : 0;
}
