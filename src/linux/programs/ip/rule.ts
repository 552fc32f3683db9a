/**
 * `ip rule`: which routing table answers for which packets.
 * Limits: no realms, tun_id, l3mdev, uidrange; save and restore are not there.
 * @see iproute2 ip/iprule.c; busybox networking/libiproute/iprule.c
 */
import { formatIp, formatPrefix, type Prefix } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { PolicyRule, PortRange } from '../../kernel/netadmin.ts';
import { garbage, IpError, matches, number, prefixArg, rtnetlink, wrong } from './args.ts';
import { type IpEnv, printJson } from './env.ts';
import { subcommand } from './show.ts';
import { tableName, tableNumber } from './tables.ts';

const ACTIONS = ['blackhole', 'unreachable', 'prohibit', 'nop'] as const;
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, 'ipv6-icmp': 58, sctp: 132 };

const USAGE = `Usage: ip rule { add | del } SELECTOR ACTION
       ip rule { flush | save | restore }
       ip rule [ list [ SELECTOR ]]
SELECTOR := [ not ] [ from PREFIX ] [ to PREFIX ] [ tos TOS ]
            [ fwmark FWMARK[/MASK] ]
            [ iif STRING ] [ oif STRING ] [ pref NUMBER ] [ l3mdev ]
            [ uidrange NUMBER-NUMBER ]
            [ ipproto PROTOCOL ]
            [ sport [ NUMBER | NUMBER-NUMBER ]
            [ dport [ NUMBER | NUMBER-NUMBER ] ]
ACTION := [ table TABLE_ID ]
          [ protocol PROTO ]
          [ nat ADDRESS ]
          [ realms [SRCREALM/]DSTREALM ]
          [ goto NUMBER ]
          SUPPRESSOR
SUPPRESSOR := [ suppress_prefixlength NUMBER ]
              [ suppress_ifgroup DEVGROUP ]
TABLE_ID := [ local | main | default | NUMBER ]
`;

type Draft = { -readonly [K in keyof PolicyRule]?: PolicyRule[K] };

/** `ip rule` */
export async function ipRule(env: IpEnv): Promise<number> {
  const verb = subcommand(env, 'rule', ['list', 'lst', 'show', 'add', 'delete', 'flush', 'help'], 'show');
  if (verb === 'help') {
    await env.ctx.err(USAGE);
    return 255;
  }
  if (verb === 'add' || verb === 'delete') return modify(env, verb);
  if (verb === 'flush') return flush(env);
  return show(env);
}

function any(p: Prefix | undefined): string {
  if (!p || p.bits === 0) return 'all';
  return p.bits === (p.addr.v === 4 ? 32 : 128) ? formatIp(p.addr) : formatPrefix(p);
}

const hex = (n: number): string => `0x${n.toString(16)}`;
const ports = (r: PortRange): string => (r.from === r.to ? String(r.from) : `${r.from}-${r.to}`);
const protocol = (n: number): string => Object.entries(PROTOCOLS).find(([, id]) => id === n)?.[0] ?? `ipproto-${n}`;

/** One rule. @param all those of its family */
export function ruleText(env: IpEnv, r: PolicyRule, all: readonly PolicyRule[]): string {
  let s = `${r.priority}:\t${r.not ? 'not ' : ''}from ${any(r.src)}`;
  if (r.dst) s += ` to ${any(r.dst)}`;
  if (r.tos) s += ` tos ${hex(r.tos)}`;
  if (r.mark) s += ` fwmark ${hex(r.mark.value)}${r.mark.mask === 0xffffffff ? '' : `/${hex(r.mark.mask)}`}`;
  for (const key of ['iif', 'oif'] as const)
    if (r[key] !== undefined) s += ` ${key} ${r[key]}${env.net.link(r[key]) ? '' : ' [detached]'}`;
  if (r.proto !== undefined) s += ` ipproto ${protocol(r.proto)}`;
  if (r.sport) s += ` sport ${ports(r.sport)}`;
  if (r.dport) s += ` dport ${ports(r.dport)}`;
  if (r.action === 'lookup') {
    s += ` lookup ${tableName(env, r.table ?? 0)}`;
    if (r.suppress !== undefined) s += ` suppress_prefixlength ${r.suppress}`;
  } else if (r.action === 'goto') {
    s += ` goto ${r.target ?? 'none'}`;
    if (!all.some((x) => x.priority === r.target)) s += ' [unresolved]';
  } else s += ` ${r.action}`;
  return env.busybox ? `${s} ` : s;
}

function ruleJson(env: IpEnv, r: PolicyRule): Record<string, unknown> {
  const prefix = (p: Prefix | undefined, key: string): Record<string, unknown> => ({
    ...(p && p.bits > 0 ? { [key]: formatIp(p.addr) } : {}),
    ...(p && p.bits > 0 && p.bits !== (p.addr.v === 4 ? 32 : 128) ? { [`${key}len`]: p.bits } : {}),
  });
  const range = (p: PortRange | undefined, key: string): Record<string, unknown> =>
    !p ? {} : p.from === p.to ? { [key]: p.from } : { [`${key}_start`]: p.from, [`${key}_end`]: p.to };
  return {
    priority: r.priority,
    ...(r.not ? { not: null } : {}),
    ...(r.src && r.src.bits > 0 ? prefix(r.src, 'src') : { src: 'all' }),
    ...prefix(r.dst, 'dst'),
    ...(r.tos ? { tos: hex(r.tos) } : {}),
    ...(r.mark ? { fwmark: hex(r.mark.value) } : {}),
    ...(r.mark && r.mark.mask !== 0xffffffff ? { fwmask: hex(r.mark.mask) } : {}),
    ...(r.iif === undefined ? {} : { iif: r.iif }),
    ...(r.oif === undefined ? {} : { oif: r.oif }),
    ...(r.proto === undefined ? {} : { ipproto: protocol(r.proto) }),
    ...range(r.sport, 'sport'),
    ...range(r.dport, 'dport'),
    ...(r.action === 'lookup' ? { table: tableName(env, r.table ?? 0) } : {}),
    ...(r.suppress === undefined ? {} : { suppress_prefixlen: r.suppress }),
    ...(r.action === 'goto' ? { goto: r.target } : {}),
    ...(r.action === 'nop' ? { nop: null } : {}),
    ...(['lookup', 'goto', 'nop'].includes(r.action) ? {} : { action: r.action }),
  };
}

async function show(env: IpEnv): Promise<number> {
  const want = env.words.done ? {} : readRule(env);
  const all = env.net.policyRules(env.family === 6 ? 6 : 4);
  const { family: _, action, ...given } = want as Draft;
  const rules = all.filter(
    (r) =>
      (action === undefined || action === 'lookup' || r.action === action) &&
      Object.entries(given).every(([k, v]) => JSON.stringify(r[k as keyof PolicyRule]) === JSON.stringify(v)),
  );
  if (env.json)
    await printJson(
      env,
      rules.map((r) => ruleJson(env, r)),
    );
  else await env.ctx.out(rules.map((r) => `${ruleText(env, r, all)}\n`).join(''));
  return 0;
}

function markArg(text: string): { value: number; mask: number } {
  const [value, mask] = text.split('/') as [string, string?];
  const [v, m] = [Number(value), mask === undefined ? 0xffffffff : Number(mask)];
  if (value === '' || !Number.isInteger(v)) throw wrong('fwmark value is invalid\n', text);
  if (mask === '' || !Number.isInteger(m)) throw wrong('fwmask value is invalid\n', mask ?? '');
  return { value: v >>> 0, mask: m >>> 0 };
}

/** The field is hexadecimal, with or without 0x. @see iproute2 lib/rt_names.c: rtnl_dsfield_a2n */
export function tosArg(text: string): number {
  const n = Number.parseInt(text, 16);
  if (Number.isNaN(n) || n > 255) throw wrong('TOS value is invalid\n', text);
  return n;
}

function portArg(text: string, name: string): PortRange {
  const [from, to] = text.split('-') as [string, string?];
  const range = { from: Number(from), to: Number(to ?? from) };
  const bad = [range.from, range.to].some((n) => !Number.isInteger(n) || n < 1 || n > 65535);
  if (from === '' || bad) throw wrong(`invalid ${name}\n`.replace('\n', ''), text);
  return range;
}

function numberArg(text: string, what: string): number {
  const n = Number(text);
  if (text === '' || !Number.isInteger(n) || n < 0 || n > 0xffffffff) throw wrong(`${what} value is invalid\n`, text);
  return n;
}

/** One selector or action. @returns whether the word was one */
function readWord(env: IpEnv, r: Draft, word: string): boolean {
  const w = env.words;
  if (word === 'not') r.not = true;
  else if (word === 'from') r.src = prefixOf(env, w.need());
  else if (word === 'to') r.dst = prefixOf(env, w.need());
  else if (matches(word, 'preference') || matches(word, 'order') || matches(word, 'priority'))
    r.priority = numberArg(w.need(), 'preference');
  else if (word === 'tos' || matches(word, 'dsfield')) r.tos = tosArg(w.need());
  else if (word === 'fwmark') r.mark = markArg(w.need());
  else if (word === 'dev' || word === 'iif') r.iif = w.need();
  else if (word === 'oif') r.oif = w.need();
  else if (word === 'ipproto') {
    const name = w.need();
    const n = PROTOCOLS[name] ?? Number(name);
    if (!Number.isInteger(n) || n < 1) throw wrong('Invalid "ipproto" value\n', name);
    r.proto = n;
  } else if (word === 'sport') r.sport = portArg(w.need(), 'sport');
  else if (word === 'dport') r.dport = portArg(w.need(), 'dport');
  else if (matches(word, 'table') || word === 'lookup') {
    const name = w.need();
    const id = tableNumber(env, name);
    if (id === undefined) throw wrong('invalid table ID\n', name);
    r.action = 'lookup';
    r.table = id;
  } else if (matches(word, 'suppress_prefixlength') || word === 'sup_pl')
    r.suppress = number(w.need(), 'suppress_prefixlength', 128);
  else if (matches(word, 'protocol')) w.need();
  else if (word === 'goto') {
    r.action = 'goto';
    r.target = numberArg(w.need(), 'target');
  } else return false;
  return true;
}

function prefixOf(env: IpEnv, word: string): Prefix | undefined {
  return word === 'all' || word === 'any' || word === 'default' ? undefined : prefixArg(word, env.family);
}

function readRule(env: IpEnv): Draft & { family: 4 | 6 } {
  const r: Draft = {};
  for (let word = env.words.take(); word !== undefined; word = env.words.take()) {
    if (readWord(env, r, word)) continue;
    if (word === 'type') word = env.words.need();
    const action = ACTIONS.find((a) => matches(word as string, a));
    if (action === undefined) throw wrong('Failed to parse rule type', word);
    if (r.action !== undefined) throw garbage('type', word);
    r.action = action;
  }
  return { ...r, family: env.family === 6 || r.src?.addr.v === 6 || r.dst?.addr.v === 6 ? 6 : 4 };
}

async function modify(env: IpEnv, verb: 'add' | 'delete'): Promise<number> {
  if (env.words.done && verb === 'add') throw new IpError('"ip rule add" requires arguments.', 255);
  const r = readRule(env);
  if (verb === 'add') {
    // Without an action a rule leads to main. @see iprule.c: iprule_modify
    const table = r.action === undefined ? { action: 'lookup' as const, table: 254 } : { action: r.action };
    const e = env.net.addPolicyRule({ ...r, ...table });
    if (isErr(e)) throw rtnetlink(e);
    return 0;
  }
  const e = env.net.delPolicyRule(r);
  if (isErr(e)) throw rtnetlink(e);
  return 0;
}

async function flush(env: IpEnv): Promise<number> {
  const family = env.family === 6 ? 6 : 4;
  for (const r of env.net.policyRules(family)) if (r.priority !== 0) env.net.delPolicyRule(r);
  return 0;
}
