/** Packet sockets: frames of one device, or of all devices of a namespace. */
import { ENOBUFS, ENODEV, ENXIO, type Errno, errnoOf } from '../errno.ts';
import type { Waiter } from '../machine.ts';
import type { Capture, CapturedFrame } from '../sys.ts';
import { WaitQueue, waitFor } from '../waitqueue.ts';
import type { Device, Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

const DIRECTION = ['In', 'B', 'M', 'P', 'Out'] as const;
/** ARPHRD_ETHER, ARPHRD_LOOPBACK */
const ETHER = 1;
const LOOPBACK = 772;

export class CaptureRing {
  readonly changed = new WaitQueue();

  constructor(
    readonly world: NetWorld,
    readonly ns: Netns,
    readonly handle: number,
  ) {
    world.captures.set(handle, this);
  }

  event(): void {
    this.changed.wake();
  }

  take(): CapturedFrame | undefined {
    for (;;) {
      const f = this.world.core.captureRead(this.handle);
      if (!f) return undefined;
      const d = this.world.devices.get(f.dev);
      if (!d) continue;
      return {
        time: f.time,
        ifindex: d.ifindex,
        ifname: d.name,
        direction: DIRECTION[f.pkttype] ?? 'In',
        arphrd: d.kind === 'loopback' ? LOOPBACK : ETHER,
        length: f.length,
        bytes: f.bytes,
      };
    }
  }

  close(): void {
    this.world.captures.delete(this.handle);
    this.world.core.captureDel(this.handle);
  }
}

/** Listeners in promiscuous mode are counted: the device leaves it with the last. */
function addPromisc(world: NetWorld, d: Device, by: 1 | -1): void {
  d.promiscuity += by;
  world.core.devSet(d.dev, 'promisc', d.promisc || d.promiscuity > 0 ? 1 : 0);
}

/** @param waiter a new interruptible wait of the process for each read */
export function openCapture(
  world: NetWorld,
  ns: Netns,
  ifname: string | undefined,
  snaplen: number,
  promisc: boolean,
  block: <T>(wait: (w: Waiter) => Promise<T>) => Promise<T>,
): Capture | Errno {
  const d = ifname === undefined ? undefined : ns.find(ifname);
  if (ifname !== undefined && !d) return ENODEV;
  const handle = world.core.captureAdd(ns.core, d?.dev ?? 0, snaplen);
  if (handle === 0) return ENOBUFS;
  const ring = new CaptureRing(world, ns, handle);
  if (promisc && d) addPromisc(world, d, 1);
  return {
    read: () => block((wait) => waitFor(ring.changed, wait, () => ring.take())),
    dropped: () => world.core.captureDropped(ring.handle),
    send(frame) {
      const done = d ? world.core.frameSend(d.dev, frame) : -ENXIO.code;
      return done < 0 ? errnoOf(done) : 0;
    },
    close: () => {
      ring.close();
      if (promisc && d) addPromisc(world, d, -1);
    },
  };
}
