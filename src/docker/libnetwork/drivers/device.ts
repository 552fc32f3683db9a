/** What drivers share that give a sandbox a device. @see moby daemon/libnetwork/osl/interface_linux.go */
import { formatMac } from '../../../base/ip.ts';
import type { Rng } from '../../../base/rng.ts';
import { type Errno, isErr } from '../../../linux/kernel/errno.ts';
import type { NetAdmin } from '../../../linux/kernel/netadmin.ts';
import { Failure } from '../../errdefs.ts';

/** Go's text of an errno: glibc's, in lower case. */
export const goText = (e: Errno): string => e.text.toLowerCase();

/** A MAC address that is locally administered and unicast. @see libnetwork/netutils: GenerateRandomMAC */
export function randomMac(rng: Rng): number {
  const b = rng.bytes(6);
  b[0] = ((b[0] as number) & 0xfe) | 0x02;
  return b.reduce((n, x) => n * 256 + x, 0);
}

/** A name that no device has: `veth` and seven hexadecimal digits. */
export const randomName = (rng: Rng): string => `veth${rng.hex(7)}`;

/** A group's address, or none, is no address for a device. @param name of the device, which nobody else has */
export function macRefused(name: string, mac: number, e: Errno): Failure {
  return new Failure(
    'system',
    `failed to add interface ${name} to sandbox: error setting interface "${name}" MAC to "${formatMac(mac)}": ${goText(e)}`,
  );
}

/**
 * Settles a device that has come to a sandbox under a name of its own: its MAC address, then its name there.
 * @param inside the sandbox's namespace
 */
export function settle(inside: NetAdmin, made: string, name: string, mac: number | undefined): Failure | undefined {
  const set = mac === undefined ? 0 : inside.setLink(made, { mac });
  if (isErr(set)) return macRefused(made, mac as number, set);
  const named = inside.setLink(made, { name });
  if (!isErr(named)) return undefined;
  const why = `error renaming interface "${made}" to "${name}": ${goText(named)}`;
  return new Failure('system', `failed to add interface ${made} to sandbox: ${why}`);
}
