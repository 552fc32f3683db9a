/**
 * Which packets to trace, in words: alternatives joined by `or` (four at most), each a conjunction joined by `and`:
 *
 *     tcp udp icmp icmp6 arp ip ip6              host A   src A   dst A   (an address or a prefix)
 *     port N   src port N   dst port N           on NAME  (an interface)   in MACHINE[/CONTAINER]
 *
 * Limits: no `not`, no parentheses; for those there is tcpdump.
 */
import { parseIp, parsePrefix } from '../../base/ip.ts';
import type { Addr16, TraceFilter } from '../../linux/core/core.ts';
import { TRACE_FILTERS } from '../../linux/core/trace.ts';
import { toAddr16 } from '../../linux/kernel/net/addr16.ts';
import type { LabWorld } from '../../linux/kernel/world.ts';
import { Places } from '../places.ts';
import type { Viewed } from '../views.ts';

type Draft = { -readonly [K in keyof TraceFilter]: TraceFilter[K] };

const PROTOCOLS: Readonly<Record<string, Draft>> = {
  ip: { ethertype: 0x0800 },
  arp: { ethertype: 0x0806 },
  ip6: { ethertype: 0x86dd },
  icmp: { proto: 1 },
  icmp6: { proto: 58 },
  tcp: { proto: 6 },
  udp: { proto: 17 },
};

/** What names stand for. */
interface Who {
  readonly world: LabWorld;
  readonly machines: readonly Viewed[];
}

class FilterError extends Error {}

/** @returns the filters, or a sentence that tells what is wrong with the text */
export function parseFilter(text: string, who: Who): TraceFilter[] | string {
  const words = text.split(/\s+/).filter((w) => w !== '');
  if (words.length === 0) return 'the filter is empty';
  try {
    const out: TraceFilter[] = [];
    while (words.length > 0) {
      out.push(...conjunction(words, who));
      if (words.length === 0) break;
      words.shift();
      if (words.length === 0) return "something is missing after 'or'";
    }
    if (out.length > TRACE_FILTERS) return `more than ${TRACE_FILTERS} alternatives`;
    return out;
  } catch (e) {
    if (e instanceof FilterError) return e.message;
    throw e;
  }
}

/** Takes words up to `or`. A name of several interfaces is as many alternatives. */
function conjunction(words: string[], who: Who): TraceFilter[] {
  let out: Draft[] = [{}];
  for (;;) {
    const more = primitive(words, who);
    out = out.flatMap((f) => more.map((m) => ({ ...f, ...m })));
    if (words[0] !== 'and') break;
    words.shift();
  }
  if (words.length > 0 && words[0] !== 'or') throw new FilterError(`'and' or 'or' is expected before '${words[0]}'`);
  return out;
}

function primitive(words: string[], who: Who): Draft[] {
  const word = words.shift();
  if (word === undefined) throw new FilterError('the filter ends too early');
  const protocol = PROTOCOLS[word];
  if (protocol) return [protocol];
  if ((word === 'src' || word === 'dst') && words[0] === 'port') {
    words.shift();
    return [word === 'src' ? { sport: port(words.shift()) } : { dport: port(words.shift()) }];
  }
  switch (word) {
    case 'src':
    case 'dst':
    case 'host':
      return [{ [word]: net(words.shift()) }];
    case 'port':
      return [{ port: port(words.shift()) }];
    case 'on':
      return interfaces(words.shift(), who);
    case 'in':
      return [{ ns: namespace(words.shift(), who) }];
  }
  throw new FilterError(`'${word}' is no word of a filter`);
}

/** An address or a prefix, and the bits of it that count; in the mapped form the first 96 of IPv4 do. */
function net(text = ''): readonly [Addr16, Addr16] {
  const whole = parseIp(text);
  const p = whole ? { addr: whole, bits: whole.v === 4 ? 32 : 128 } : parsePrefix(text);
  if (!p) throw new FilterError(`'${text}' is no address or prefix`);
  const bits = p.addr.v === 4 ? 96 + p.bits : p.bits;
  const mask = new Uint8Array(16).map((_, i) => 0xff00 >> Math.min(8, Math.max(0, bits - 8 * i)));
  return [toAddr16(p.addr), mask];
}

function port(text: string | undefined): number {
  const n = Number(text);
  if (!text || !Number.isInteger(n) || n < 0 || n > 65535) throw new FilterError(`'${text ?? ''}' is no port`);
  return n;
}

function interfaces(name: string | undefined, who: Who): Draft[] {
  const found = [...who.world.net.devices.values()].filter((d) => d.name === name);
  if (found.length === 0) throw new FilterError(`there is no interface '${name ?? ''}'`);
  return found.map((d) => ({ dev: d.dev }));
}

function namespace(name: string | undefined, who: Who): number {
  const places = new Places(who.world, who.machines);
  for (const ns of who.world.net.all()) {
    const { machine, container } = places.of(ns.key);
    if (name === (container === undefined ? machine : `${machine}/${container}`)) return ns.core;
  }
  throw new FilterError(`there is no '${name ?? ''}': a machine, or machine/container`);
}
