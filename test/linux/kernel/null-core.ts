/** A core without a network: time stands at what the clock says, namespaces are numbers, everything else is refused. */
import type { Core } from '../../../src/linux/core/core.ts';

const EAFNOSUPPORT = 97;

export function nullCore(): Core {
  let now = 0;
  let next = 1;
  const known: Record<string, (...args: never[]) => unknown> = {
    now: () => now,
    next: () => Number.POSITIVE_INFINITY,
    run: ((until: number) => {
      if (until > now && until !== Number.POSITIVE_INFINITY) now = until;
    }) as (...args: never[]) => unknown,
    events: () => undefined,
    nsAdd: () => next++,
    loopbackAdd: () => next++,
    devStats: () => [0, 0, 0, 0, 0, 0],
    devCarrier: () => true,
    neighs: () => [],
    fdb: () => [],
    conns: () => [],
    socks: () => [],
    sockOpen: () => -EAFNOSUPPORT,
    captureAdd: () => -EAFNOSUPPORT,
    nfRuleCounters: () => [0, 0],
    nfChainCounters: () => [0, 0],
    drops: () => [],
  };
  return new Proxy({} as Core, { get: (_, name) => known[String(name)] ?? (() => 0) });
}
