/**
 * Capabilities of containers: those that each has, and what `--cap-add`, `--cap-drop` and `--privileged` make of them.
 * @see moby daemon/pkg/oci/caps, capabilities(7)
 */
import { Failure } from '../errdefs.ts';

const names = (text: string): readonly string[] => text.split(' ').map((n) => `CAP_${n}`);

/** In the order of their numbers. */
const ALL = names(
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
    'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
    'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
    'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE',
);
/** What root in a container has. */
const DEFAULT = names(
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL ' +
    'AUDIT_WRITE',
);

/** `net_admin` → `CAP_NET_ADMIN`; `ALL` stays. */
export function normalCapabilities(list: readonly string[] | null): string[] | null | Failure {
  if (!list) return null;
  const out: string[] = [];
  for (const given of list) {
    const upper = given.toUpperCase();
    const name = upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (name !== 'ALL' && !ALL.includes(name)) return new Failure('invalid', `unknown capability: "${name}"`);
    out.push(name);
  }
  return out;
}

/** @see moby daemon/pkg/oci/caps: TweakCapabilities */
export function capabilitiesOf(
  add: readonly string[] | null,
  drop: readonly string[] | null,
  privileged: boolean,
): readonly string[] {
  if (privileged) return ALL;
  const [plus, minus] = [add ?? [], drop ?? []];
  if (minus.includes('ALL')) return plus.includes('ALL') ? ALL : plus;
  if (plus.includes('ALL')) return ALL.filter((c) => !minus.includes(c));
  return [...DEFAULT.filter((c) => !minus.includes(c)), ...plus.filter((c) => !DEFAULT.includes(c))];
}
