/**
 * What `ip monitor` and `bridge monitor` share: events until a signal ends the program, names of devices that are gone
 * already, and the time before a line.
 * @see iproute2 lib/ll_map.c, lib/utils.c: print_timestamp
 */
import { civil, DAY_NAMES, MONTH_NAMES, two } from '../../base/civil.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import { instead, type Link, type NetAdmin, type NetEvent } from '../kernel/netadmin.ts';
import type { Context } from './spec.ts';

/** `-t`: a line of its own; `-ts`: before the line. */
export type Stamps = 'none' | 'long' | 'short';

/** The time of an event. @param began realtime at virtual time 0, ns */
export function stamp(how: Stamps, time: number, began: bigint): string {
  if (how === 'none') return '';
  const c = civil(began + BigInt(Math.floor(time)));
  const us = String(Math.floor(c.nanos / 1000));
  const clock = `${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
  if (how === 'short') return `[${c.year}-${two(c.month)}-${two(c.day)}T${clock}.${us.padStart(6, '0')}] `;
  const day = (DAY_NAMES[c.weekday] as string).slice(0, 3);
  const month = (MONTH_NAMES[c.month - 1] as string).slice(0, 3);
  return `Timestamp: ${day} ${month} ${String(c.day).padStart(2)} ${clock} ${c.year} ${us} usec\n`;
}

/** The network as it is, with the names of devices that have been. */
export class Names {
  readonly net: NetAdmin;
  readonly #known = new Map<number, Link>();

  constructor(live: NetAdmin) {
    for (const l of live.links()) this.#known.set(l.ifindex, l);
    this.net = instead(live, {
      link: (key) => live.link(key) ?? (typeof key === 'number' ? this.#known.get(key) : undefined),
    });
  }

  note(l: Link): void {
    this.#known.set(l.ifindex, l);
  }
}

/** Hands on events until the program is ended. @returns what keeps it from listening @see iproute2 lib/libnetlink.c: rtnl_listen */
export async function monitor(ctx: Context, names: Names, each: (e: NetEvent) => Promise<void>): Promise<Errno> {
  const events = ctx.sys.networkEvents();
  if (isErr(events)) return events;
  for (;;) {
    const e = await events.read();
    if (isErr(e)) {
      if (e.name !== 'EINTR') await ctx.err(`netlink receive error ${e.text} (${e.code})\n`);
      continue;
    }
    if (e.group === 'link') names.note(e.link);
    await each(e);
  }
}
