/** Bulk TCP: how much payload one connection carries between two namespaces in a second of the wall clock. */
import { type Core, SockType } from '../../linux/core/core.ts';

/** What one run moved. */
export interface BulkTcp {
  readonly bytes: number;
  readonly seconds: number;
  /** Payload, Gbit a second. */
  readonly gbit: number;
}

function ip(text: string): Uint8Array {
  const out = new Uint8Array(16);
  out[10] = out[11] = 0xff;
  out.set(text.split('.').map(Number), 12);
  return out;
}

/** Two namespaces joined by a veth pair: their numbers. */
export function veth(core: Core): readonly [number, number] {
  const [a, b] = [core.nsAdd(), core.nsAdd()];
  const devs = core.vethAdd(a, 'eth0', 0x020000000001, b, 'eth0', 0x020000000002);
  for (const [i, ns] of [a, b].entries()) {
    const dev = devs[i] as number;
    core.devSet(dev, 'up', 1);
    core.addrAdd(dev, ip(`10.0.0.${i + 1}`), 24);
    core.routeAdd(ns, { table: 254, dst: ip('10.0.0.0'), bits: 24, dev, scope: 253, metric: 0, type: 1 });
  }
  return [a, b];
}

/**
 * Sends `bytes` from one namespace to a listener at `to` in another, in pieces of `piece`.
 * @param wall seconds of the wall clock
 */
export function bulkTcp(
  core: Core,
  from: number,
  server: number,
  to: string,
  bytes: number,
  wall: () => number,
  piece = 1 << 18,
): BulkTcp {
  const listener = core.sockOpen(server, SockType.TCP, 4, 0);
  core.sockBind(listener, ip('0.0.0.0'), 5001);
  core.sockListen(listener, 4);
  const client = core.sockOpen(from, SockType.TCP, 4, 0);
  core.sockConnect(client, ip(to), 5001);
  core.run(core.now() + 1e6);
  const child = core.sockAccept(listener);
  if (child < 0) throw new Error(`no connection: errno ${-child}`);
  const data = new Uint8Array(piece).map((_, i) => i & 255);
  const start = wall();
  let sent = 0;
  let have = 0;
  while (have < bytes) {
    if (sent < bytes) {
      const n = core.sockSend(client, data);
      if (n > 0) sent += n;
    }
    let any = false;
    for (;;) {
      const got = core.sockRecv(child, piece);
      if (typeof got === 'number' || got.length === 0) break;
      have += got.length;
      any = true;
    }
    if (!any) core.run(core.now() + 1e6);
  }
  const seconds = wall() - start;
  for (const s of [client, child, listener]) core.sockClose(s);
  return { bytes: have, seconds, gbit: (have * 8) / seconds / 1e9 };
}
