/**
 * Which packets to trace, in words: alternatives joined by `or` (four at most), each a conjunction joined by `and`:
 *
 *     tcp udp icmp arp ip ip6                    host A   src A   dst A   (an address or a prefix)
 *     port N   src port N   dst port N           on NAME  (an interface)   in MACHINE[/CONTAINER]
 *
 * Limits: no `not`, no parentheses; for those there is tcpdump.
 */
import { mask4, parsePrefix } from '../../base/ip.ts';
import type { TraceFilter } from '../../linux/core/core.ts';
import { TRACE_FILTERS } from '../../linux/core/trace.ts';
import type { LabWorld } from '../../linux/kernel/world.ts';
import { Places } from '../places.ts';
import type { Viewed } from '../views.ts';

type Draft = { -readonly [K in keyof TraceFilter]: TraceFilter[K] };

const PROTOCOLS: Readonly<Record<string, Draft>> = {
  ip: { ethertype: 0x0800 },
  arp: { ethertype: 0x0806 },
  ip6: { ethertype: 0x86dd },
  icmp: { ethertype: 0x0800, proto: 1 },
  tcp: { ethertype: 0x0800, proto: 6 },
  udp: { ethertype: 0x0800, proto: 17 },
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

function net(text: string | undefined): readonly [number, number] {
  const p = text === undefined ? undefined : parsePrefix(text.includes('/') ? text : `${text}/32`);
  if (p?.addr.v !== 4) throw new FilterError(`'${text ?? ''}' is no IPv4 address or prefix`);
  const mask = mask4(p.bits);
  return [(p.addr.value & mask) >>> 0, mask];
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
