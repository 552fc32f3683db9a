/**
 * Capabilities of containers: those that each has, and what `--cap-add`, `--cap-drop` and `--privileged` make of them.
 * @see moby daemon/pkg/oci/caps, capabilities(7)
 */
import { CAPABILITIES as ALL } from '../../linux/kernel/capability.ts';
import { Failure } from '../errdefs.ts';

const names = (text: string): readonly string[] => text.split(' ').map((n) => `CAP_${n}`);

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
