/**
 * Names to addresses and back, as the C library does it: /etc/hosts, then DNS over UDP to the servers of
 * /etc/resolv.conf with its search list.
 *
 * Limits: nsswitch.conf is not read (it is always `files dns`); no EDNS; of RFC 6724 only the
 * rules that matter with one address per scope (reachable first, loopback and IPv6 before IPv4).
 * @see glibc sysdeps/posix/getaddrinfo.c, resolv/res_query.c; resolv.conf(5)
 */

import {
  type DnsMessage,
  decodeMessage,
  encodeQuery,
  framed,
  type QueryFlags,
  type Question,
  RR,
  reverseName,
  unframed,
} from '../../base/dns.ts';
import { type IpAddr, ip4, parseIp, sameIp } from '../../base/ip.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import type { Fd, Sys } from '../kernel/sys.ts';
import { readText } from './stdio.ts';

/** Why a name has no address. @see gai_strerror(3) */
export type GaiError = 'EAI_NONAME' | 'EAI_AGAIN' | 'EAI_NODATA' | 'EAI_FAIL';

/** glibc's texts. */
export const GAI_TEXT: Readonly<Record<GaiError, string>> = {
  EAI_NONAME: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  EAI_NODATA: 'No address associated with hostname',
  EAI_FAIL: 'Non-recoverable failure in name resolution',
};

/** What /etc/resolv.conf says. */
export interface ResolvConf {
  readonly nameservers: readonly IpAddr[];
  readonly search: readonly string[];
  readonly ndots: number;
  /** Seconds until a server is asked again. */
  readonly timeout: number;
  readonly attempts: number;
}

/** Reads /etc/resolv.conf. Without a nameserver line it is 127.0.0.1. */
export function resolvConf(sys: Sys): ResolvConf {
  const text = readText(sys, '/etc/resolv.conf');
  return parseResolvConf(isErr(text) ? '' : text);
}

/** What a text in the form of resolv.conf(5) says. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: IpAddr[] = [];
  let search: string[] = [];
  const options: Record<string, number> = { ndots: 1, timeout: 5, attempts: 2 };
  for (const line of text.split('\n')) {
    const [key, ...values] = line.trim().split(/\s+/);
    if (key === 'nameserver') {
      const ip = parseIp(values[0] ?? '');
      if (ip && nameservers.length < 3) nameservers.push(ip);
    } else if (key === 'search' || key === 'domain')
      search = values.filter((v) => v !== '.').slice(0, key === 'domain' ? 1 : 6);
    else if (key === 'options')
      for (const o of values) {
        const [name, value] = o.split(':') as [string, string?];
        if (value !== undefined && name in options && Number.isInteger(Number(value))) options[name] = Number(value);
      }
  }
  return {
    nameservers: nameservers.length > 0 ? nameservers : [ip4(0x7f000001)],
    search,
    ndots: Math.min(15, options.ndots as number),
    timeout: Math.max(1, options.timeout as number),
    attempts: Math.max(1, options.attempts as number),
  };
}

/** One line of /etc/hosts. */
export interface HostsLine {
  readonly ip: IpAddr;
  readonly names: readonly string[];
}

function hostsFile(sys: Sys): HostsLine[] {
  const text = readText(sys, '/etc/hosts');
  return isErr(text) ? [] : parseHosts(text);
}

/** What a text in the form of hosts(5) says. */
export function parseHosts(text: string): HostsLine[] {
  const out: HostsLine[] = [];
  for (const line of text.split('\n')) {
    const [addr, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const ip = parseIp(addr ?? '');
    if (ip && names.length > 0) out.push({ ip, names });
  }
  return out;
}

/** An answer of {@link exchange}: the message, how long it took, who gave it. */
export interface Exchange {
  readonly message: DnsMessage;
  /** ns */
  readonly time: number;
  readonly server: IpAddr;
  /** Bytes of the message. */
  readonly size: number;
  /** The answer by UDP was cut: this one came by TCP. */
  readonly tcp?: boolean;
}

/** IP_PMTUDISC_OMIT: no DF, and no regard for a learned path MTU. BIND's sockets have it. @see ip(7) */
export const PMTUDISC_OMIT = 5;

/** How a query is sent, where it is not as the C library sends it. */
export interface ExchangeOptions extends QueryFlags {
  /** 53 as a rule. */
  readonly port?: number;
  /** IP_MTU_DISCOVER of the socket. @see ip(7) */
  readonly pmtudisc?: number;
}

/**
 * Asks one server several questions at once from one socket, as glibc does for A and AAAA.
 * @returns an answer for each question, undefined where none came in time
 */
export async function exchange(
  sys: Sys,
  server: IpAddr,
  questions: readonly Question[],
  timeoutNs: number,
  options: ExchangeOptions = {},
): Promise<(Exchange | undefined)[] | 'refused'> {
  const fd = sys.socket(server.v === 4 ? 'inet' : 'inet6', 'dgram');
  if (isErr(fd)) return 'refused';
  let answers: (Exchange | undefined)[] | 'refused';
  try {
    answers = await exchangeOn(sys, fd, server, questions, timeoutNs, options);
  } finally {
    sys.close(fd);
  }
  if (answers === 'refused') return answers;
  for (const [i, a] of answers.entries())
    if (a?.message.truncated) {
      const whole = await exchangeTcp(sys, server, questions[i] as Question, timeoutNs, options);
      if (whole && !isErr(whole)) answers[i] = whole;
    }
  return answers;
}

/**
 * Asks by TCP: once more, or at once.
 * @returns what the connection failed with, or undefined when no answer came on it
 * @see RFC 7766 §5
 */
export async function exchangeTcp(
  sys: Sys,
  server: IpAddr,
  question: Question,
  timeoutNs: number,
  options: ExchangeOptions,
): Promise<Exchange | Errno | undefined> {
  const start = sys.now();
  const query = encodeQuery(sys.rng.below(65536), question, options);
  const fd = sys.socket(server.v === 4 ? 'inet' : 'inet6', 'stream');
  if (isErr(fd) || !query) return undefined;
  try {
    const connected = await sys.connect(fd, { ip: server, port: options.port ?? 53 });
    if (isErr(connected)) return connected;
    if (isErr(await sys.write(fd, framed(query)))) return undefined;
    for (let got = new Uint8Array(0); ; ) {
      const bytes = unframed(got);
      const message = bytes && decodeMessage(bytes);
      if (bytes) return message && { message, time: sys.now() - start, server, size: bytes.length, tcp: true };
      const ready = await sys.poll([{ fd, in: true }], Math.max(0, start + timeoutNs - sys.now()));
      const part = isErr(ready) || ready.length === 0 ? ready : await sys.read(fd);
      if (isErr(part) || part.length === 0) return undefined;
      got = Uint8Array.from([...got, ...(part as Uint8Array)]);
    }
  } finally {
    sys.close(fd);
  }
}

async function exchangeOn(
  sys: Sys,
  fd: Fd,
  server: IpAddr,
  questions: readonly Question[],
  timeoutNs: number,
  options: ExchangeOptions,
): Promise<(Exchange | undefined)[] | 'refused'> {
  if (options.pmtudisc !== undefined) sys.setsockopt(fd, 'mtu_discover', options.pmtudisc);
  const connected = await sys.connect(fd, { ip: server, port: options.port ?? 53 });
  if (isErr(connected)) return 'refused';
  const start = sys.now();
  const answers: (Exchange | undefined)[] = questions.map(() => undefined);
  const ids = questions.map(() => sys.rng.below(65536));
  for (let i = 0; i < questions.length; i++) {
    const bytes = encodeQuery(ids[i] as number, questions[i] as Question, options);
    if (!bytes) return answers;
    if (isErr(await sys.sendto(fd, bytes))) return 'refused';
  }
  while (answers.includes(undefined)) {
    const left = start + timeoutNs - sys.now();
    if (left <= 0) break;
    const ready = await sys.poll([{ fd, in: true }], left);
    if (isErr(ready)) continue;
    if (ready.length === 0) break;
    const d = await sys.recvfrom(fd);
    if (isErr(d)) {
      if (d.name === 'EINTR') continue;
      return 'refused';
    }
    const message = decodeMessage(d.data);
    const at = message?.response ? ids.indexOf(message.id) : -1;
    if (message && at >= 0) answers[at] = { message, time: sys.now() - start, server, size: d.data.length };
  }
  return answers;
}

/** Asks the servers in turn until one has answered every question. @see res_nsend */
export async function query(
  sys: Sys,
  conf: ResolvConf,
  questions: readonly Question[],
): Promise<(Exchange | undefined)[]> {
  let best: (Exchange | undefined)[] = questions.map(() => undefined);
  for (let attempt = 0; attempt < conf.attempts; attempt++)
    for (const server of conf.nameservers) {
      const got = await exchange(sys, server, questions, conf.timeout * 1e9);
      if (got === 'refused') continue;
      if (got.some((x) => x !== undefined)) best = best.map((x, i) => got[i] ?? x);
      if (got.every((x) => x !== undefined && x.message.rcode !== 2)) return got;
    }
  return best;
}

/** The names to ask for, in order. @see resolv.conf(5), ndots and search */
export function candidates(name: string, conf: ResolvConf): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const dots = name.split('.').length - 1;
  const searched = conf.search.map((s) => `${name}.${s.replace(/\.$/, '')}`);
  return dots >= conf.ndots ? [name, ...searched] : [...searched, name];
}

/** The outcome of {@link getaddrinfo}. */
export interface Resolved {
  readonly addrs: readonly IpAddr[];
  /** The name as the database has it: the first name of the hosts line, or the DNS owner name. */
  readonly canonical: string;
}

/** @param family 0 is both */
export async function getaddrinfo(sys: Sys, name: string, family: 4 | 6 | 0 = 0): Promise<Resolved | GaiError> {
  const percent = name.indexOf('%');
  const bare = parseIp(percent < 0 ? name : name.slice(0, percent));
  const zone = percent < 0 ? undefined : name.slice(percent + 1);
  // A zone is the name or the number of an interface. @see getaddrinfo(3), RFC 4007 §11
  const link = zone === undefined ? undefined : (sys.net.link(zone) ?? sys.net.link(Number(zone)));
  if (zone !== undefined && (bare?.v !== 6 || !link)) return 'EAI_NONAME';
  const literal: IpAddr | undefined = bare?.v === 6 && link ? { ...bare, zone: link.name } : bare;
  if (literal) return family === 0 || literal.v === family ? { addrs: [literal], canonical: name } : 'EAI_NONAME';
  if (name === '' || name.includes(' ')) return 'EAI_NONAME';
  const lower = name.toLowerCase().replace(/\.$/, '');
  const lines = hostsFile(sys).filter((h) => h.names.some((n) => n.toLowerCase() === lower));
  const listed = lines.map((h) => h.ip).filter((ip) => family === 0 || ip.v === family);
  if (listed.length > 0) return { addrs: order(sys, unique(listed)), canonical: lines[0]?.names[0] ?? name };
  if (lower === 'localhost' && family !== 6) return { addrs: [ip4(0x7f000001)], canonical: name };
  return dnsLookup(sys, name, family);
}

async function dnsLookup(sys: Sys, name: string, family: 4 | 6 | 0): Promise<Resolved | GaiError> {
  const conf = resolvConf(sys);
  const types = family === 0 ? [RR.A, RR.AAAA] : [family === 4 ? RR.A : RR.AAAA];
  let failure: GaiError = 'EAI_NONAME';
  for (const candidate of candidates(name, conf)) {
    const got = await query(
      sys,
      conf,
      types.map((type) => ({ name: candidate, type })),
    );
    const addrs = got.flatMap((x) => x?.message.answers.flatMap((r) => (r.ip ? [r.ip] : [])) ?? []);
    if (addrs.length > 0) return { addrs: order(sys, unique(addrs)), canonical: canonicalOf(got, candidate) };
    if (got.every((x) => x === undefined) || got.some((x) => x?.message.rcode === 2)) failure = 'EAI_AGAIN';
    else if (got.some((x) => x?.message.rcode === 0) && failure !== 'EAI_AGAIN') failure = 'EAI_NODATA';
    if (got.every((x) => x === undefined)) return failure;
  }
  return failure;
}

function canonicalOf(got: readonly (Exchange | undefined)[], asked: string): string {
  for (const x of got) {
    const owner = x?.message.answers.find((r) => r.ip)?.name;
    if (owner !== undefined) return owner;
  }
  return asked;
}

function unique(addrs: readonly IpAddr[]): IpAddr[] {
  return addrs.filter((a, i) => addrs.findIndex((b) => sameIp(a, b)) === i);
}

/** Destination order: what has a route first, then IPv6 before IPv4. @see RFC 6724 §6 rules 1, 6 */
function order(sys: Sys, addrs: readonly IpAddr[]): IpAddr[] {
  if (addrs.length < 2) return [...addrs];
  const rank = (a: IpAddr): number => (isErr(sys.net.lookupRoute(a)) ? 10 : 0) + (a.v === 6 ? 0 : 1);
  return [...addrs]
    .map((a, i) => ({ a, i }))
    .sort((x, y) => rank(x.a) - rank(y.a) || x.i - y.i)
    .map((x) => x.a);
}

/** The name of an address: /etc/hosts, then PTR. Undefined when it has none. @see getnameinfo(3) */
export async function getnameinfo(sys: Sys, ip: IpAddr): Promise<string | undefined> {
  const listed = hostsFile(sys).find((h) => sameIp(h.ip, ip));
  if (listed) return listed.names[0];
  const [answer] = await query(sys, resolvConf(sys), [{ name: reverseName(ip), type: RR.PTR }]);
  const ptr = answer?.message.answers.find((r) => r.type === RR.PTR);
  return ptr?.text.replace(/\.$/, '');
}
