/**
 * The command line of iptables: one command, and the rule it is about.
 *
 * Limits: the matches and targets of netadmin.ts only; the kernel is without all others (lacking.ts).
 * @see iptables iptables/xtables.c: do_parse, extensions/libxt_*.c
 */
import { type IpAddr, network, type Prefix, parseIp, parseIp4 } from '../../../base/ip.ts';
import type { NfRule, Not, PortRange } from '../../kernel/netadmin.ts';
import type { AddrtypeMatch, NfMatch } from '../../kernel/nfmatch.ts';
import { EXTENSIONS } from './ext/index.ts';
import type { Draft } from './ext/spec.ts';
import { LACKING_MATCHES, LACKING_TARGETS } from './lacking.ts';
import { ctStateBits, icmpType, PORT_MODULES, protocolNumber, tcpFlagsBits } from './names.ts';
import { maskBits } from './print.ts';
import { buildTarget, limitRate, markValue, portNumber, UsageError } from './target.ts';
import { BARE, TARGET_OPTIONS } from './target-options.ts';
import { type Command, LONG, MATCHES, VERBS } from './words.ts';

export { UsageError } from './target.ts';

type Mutable = { -readonly [K in keyof NfRule]: NfRule[K] } & { modules: string[] };

const INLINE = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'];

/** Single types of addresses, not limited to a device, are fields of the rule. @returns whether they are all */
function addrtypeFields(r: Mutable, m: AddrtypeMatch): boolean {
  const single = (x: AddrtypeMatch['src']): boolean =>
    !x || (x.value.length === 1 && INLINE.includes(x.value[0] ?? ''));
  if (m.limit || !single(m.src) || !single(m.dst) || (m.src && r.srcType) || (m.dst && r.dstType)) return false;
  if (m.src) r.srcType = { value: m.src.value[0] as 'LOCAL', not: m.src.not };
  if (m.dst) r.dstType = { value: m.dst.value[0] as 'LOCAL', not: m.dst.not };
  return true;
}

/** One pass over the words. */
export class Parser {
  readonly command: Command = {
    verb: undefined,
    table: 'filter',
    chain: undefined,
    number: undefined,
    value: undefined,
    numeric: false,
    verbose: 0,
    exact: false,
    lineNumbers: false,
    rules: [],
    counters: undefined,
    lacking: [],
    help: false,
    version: false,
  };
  readonly #rule: Mutable = { modules: [] };
  #sources: Not<Prefix>[] = [];
  #destinations: Not<Prefix>[] = [];
  #at = 0;
  #not = false;
  #target: string | undefined;
  #goto = false;
  readonly #opts: Record<string, string> = {};
  /** What extensions have read, one for each -m: a module may be named again. */
  readonly #drafts: (readonly [string, Draft<NfMatch>])[] = [];

  /** @param resolve looks a host name up in the hosts file */
  constructor(
    readonly family: 4 | 6,
    readonly words: readonly string[],
    readonly resolve: (name: string) => IpAddr | undefined,
  ) {}

  parse(): Command {
    while (this.#at < this.words.length) this.#word(this.words[this.#at++] as string);
    this.#finish();
    return this.command;
  }

  #word(w: string): void {
    if (w === '!') {
      if (this.#not) throw new UsageError('multiple consecutive ! not allowed');
      this.#not = true;
      return;
    }
    if (w.startsWith('--')) {
      const eq = w.indexOf('=');
      const name = w.slice(2, eq < 0 ? undefined : eq);
      const letter = LONG[name] ?? (this.#isModules(name) ? undefined : this.#abbreviation(name));
      const inline = eq < 0 ? undefined : w.slice(eq + 1);
      if (letter !== undefined) this.#option(letter, inline);
      else this.#extension(name, inline);
    } else if (w.startsWith('-') && w.length > 1) {
      for (let j = 1; j < w.length; j++) {
        const rest = w.slice(j + 1);
        if (this.#option(w[j] as string, rest === '' ? undefined : rest, true)) break;
      }
    } else throw new UsageError(`Bad argument \`${w}'`, true, 2, true);
    this.#not = false;
  }

  /** Whether a module that was named has an option of exactly this name: it goes before an abbreviation. */
  #isModules(name: string): boolean {
    const lacks = this.command.lacking.some(
      (x) => (LACKING_MATCHES.get(x) ?? LACKING_TARGETS.get(x))?.[name] !== undefined,
    );
    return lacks || this.#drafts.some(([module]) => EXTENSIONS.get(module)?.options[name] !== undefined);
  }

  #abbreviation(name: string): string | undefined {
    if (name.length < 3) return undefined;
    const found = Object.keys(LONG).filter((k) => k.startsWith(name));
    return found.length > 0 && new Set(found.map((k) => LONG[k])).size === 1 ? LONG[found[0] as string] : undefined;
  }

  #need(option: string, inline?: string): string {
    if (inline !== undefined) return inline;
    const v = this.words[this.#at++];
    if (v === undefined) throw new UsageError(`option "${option}" requires an argument`);
    return v;
  }

  /** The next word when it is no option: an optional chain or number. */
  #maybe(): string | undefined {
    const v = this.words[this.#at];
    if (v === undefined || v.startsWith('-') || v === '!') return undefined;
    this.#at++;
    return v;
  }

  /** @returns whether the rest of a cluster was used up as the value */
  #option(letter: string, inline: string | undefined, cluster = false): boolean {
    const c = this.command;
    const take = (): string => this.#need(`-${letter}`, inline);
    const optional = (): string | undefined => (cluster && inline !== undefined ? inline : this.#maybe());
    if (letter in VERBS) {
      this.#verb(letter, take, optional);
      return true;
    }
    switch (letter) {
      case 't':
        c.table = take();
        return true;
      case 'n':
        c.numeric = true;
        return false;
      case 'v':
        c.verbose++;
        return false;
      case 'x':
        c.exact = true;
        return false;
      case '0':
        c.lineNumbers = true;
        return false;
      case '4':
      case '6':
        return false;
      case 'f':
        this.#rule.fragment = { value: true, not: this.#not };
        return false;
      case 'h':
        c.help = true;
        return false;
      case 'V':
        c.version = true;
        return false;
      case 'w':
      case 'W':
        if (/^\d+$/.test(this.words[this.#at] ?? '')) this.#at++;
        return false;
      case 'M':
        take();
        return true;
      case 'c':
        c.counters = [Number(take()), Number(this.#need('-c'))];
        return true;
      default:
        return this.#ruleOption(letter, take);
    }
  }

  #verb(letter: string, take: () => string, optional: () => string | undefined): void {
    const c = this.command;
    if (c.verb !== undefined && !(c.verb === 'list' && letter === 'Z') && !(c.verb === 'zero' && letter === 'L'))
      throw new UsageError(`multiple commands specified`);
    if (!(c.verb === 'list' && letter === 'Z')) c.verb = VERBS[letter];
    if ('LSFZX'.includes(letter)) c.chain = optional() ?? c.chain;
    else c.chain = take();
    if ('DIRLSZ'.includes(letter) && c.chain !== undefined) {
      const n = this.words[this.#at];
      if (n !== undefined && /^\d+$/.test(n)) {
        this.#at++;
        c.number = Number(n);
        if (c.number === 0) throw new UsageError(`Invalid rule number \`${n}'`);
      } else if (letter === 'R') throw new UsageError(`-R requires a rule number`);
      else if (letter === 'I') c.number = 1;
    }
    if (letter === 'P' || letter === 'E') {
      const v = this.#maybe();
      if (v === undefined)
        throw new UsageError(`-${letter} requires a chain and a ${letter === 'P' ? 'policy' : 'name'}`);
      c.value = v;
    }
  }

  #ruleOption(letter: string, take: () => string): boolean {
    const r = this.#rule;
    const not = this.#not;
    switch (letter) {
      case 'p': {
        const text = take();
        const n = protocolNumber(text);
        if (n === undefined) throw new UsageError(`unknown protocol "${text.toLowerCase()}" specified`);
        r.proto = { value: n, not };
        return true;
      }
      case 's':
        this.#sources = take()
          .split(',')
          .map((a) => ({ value: this.#address(a), not }));
        return true;
      case 'd':
        this.#destinations = take()
          .split(',')
          .map((a) => ({ value: this.#address(a), not }));
        return true;
      case 'i':
        r.in = { value: this.#iface(take()), not };
        return true;
      case 'o':
        r.out = { value: this.#iface(take()), not };
        return true;
      case 'j':
      case 'g':
        this.#target = take();
        if (LACKING_TARGETS.has(this.#target)) this.command.lacking.push(this.#target);
        this.#goto = letter === 'g';
        return true;
      case 'm': {
        const name = take();
        const module = name === 'icmpv6' ? 'icmp6' : name;
        if (LACKING_MATCHES.has(module)) {
          this.command.lacking.push(module);
          return true;
        }
        if (!MATCHES.includes(module) && !EXTENSIONS.has(module))
          throw new UsageError(`Couldn't load match \`${name}':No such file or directory\n`);
        if (!r.modules.includes(module)) r.modules.push(module);
        if (EXTENSIONS.has(module)) this.#drafts.push([module, { module } as Draft<NfMatch>]);
        return true;
      }
      default:
        throw new UsageError(`unknown option "-${letter}"`);
    }
  }

  #iface(name: string): string {
    if (name === '') throw new UsageError('Empty interface is likely to be undesired');
    if (name.length > 15) throw new UsageError(`interface name \`${name}' must be shorter than 16 characters`);
    return name;
  }

  #address(text: string): Prefix {
    const slash = text.indexOf('/');
    const host = slash < 0 ? text : text.slice(0, slash);
    const mask = slash < 0 ? undefined : text.slice(slash + 1);
    const padded =
      this.family === 4 && /^\d+(\.\d+){0,2}$/.test(host) && mask !== undefined
        ? host + '.0'.repeat(3 - host.split('.').length + 1)
        : host;
    const addr = parseIp(padded) ?? this.resolve(host);
    if (!addr || addr.v !== this.family) throw new UsageError(`host/network \`${host}' not found`);
    const all = this.family === 4 ? 32 : 128;
    if (mask === undefined) return { addr, bits: all };
    const dotted = this.family === 4 ? parseIp4(mask) : undefined;
    const bits = dotted === undefined ? Number(mask) : maskBits(dotted);
    if (bits === undefined || !Number.isInteger(bits) || bits < 0 || bits > all || mask === '')
      throw new UsageError(`invalid mask \`${mask}' specified`);
    return network({ addr, bits });
  }

  #range(text: string): PortRange {
    const [a, b] = text.split(':') as [string, string?];
    if (b === undefined) {
      const n = portNumber(a);
      return { from: n, to: n };
    }
    const range = { from: a === '' ? 0 : portNumber(a), to: b === '' ? 65535 : portNumber(b) };
    if (range.from > range.to) throw new UsageError('invalid portrange (min > max)');
    return range;
  }

  /** An option of a match or a target. */
  #extension(name: string, inline: string | undefined): void {
    const r = this.#rule;
    const not = this.#not;
    const has = (m: string): boolean => r.modules.includes(m);
    const take = (): string => this.#need(`--${name}`, inline);
    const proto = r.proto && !r.proto.not ? r.proto.value : 0;
    const l4 = PORT_MODULES[proto];
    if (['sport', 'source-port', 'dport', 'destination-port'].includes(name) && l4) {
      if (!has(l4)) r.modules.push(l4);
      const range = { value: this.#range(take()), not };
      if (name === 'sport' || name === 'source-port') r.sport = range;
      else r.dport = range;
    } else if ((name === 'tcp-flags' || name === 'syn') && l4 === 'tcp') {
      if (!has('tcp')) r.modules.push('tcp');
      const mask = name === 'syn' ? 0x17 : tcpFlagsBits(take());
      const comp = name === 'syn' ? 2 : tcpFlagsBits(this.#need('--tcp-flags'));
      if (mask === undefined || comp === undefined) throw new UsageError('Unknown TCP flag');
      r.tcpFlags = { value: { mask, comp }, not };
    } else if (name === 'tcp-option' && l4 === 'tcp') {
      if (!has('tcp')) r.modules.push('tcp');
      r.tcpOption = { value: Number(take()), not };
    } else if ((name === 'icmp-type' && proto === 1) || (name === 'icmpv6-type' && proto === 58)) {
      if (!has(proto === 1 ? 'icmp' : 'icmp6')) r.modules.push(proto === 1 ? 'icmp' : 'icmp6');
      const text = take();
      const value = icmpType(this.family, text);
      if (!value) throw new UsageError(`Invalid ICMP type \`${text}'`);
      r.icmp = { value, not };
    } else if ((name === 'ctstate' && has('conntrack')) || (name === 'state' && has('state'))) {
      const text = take();
      const value = ctStateBits(text);
      if (value === undefined) throw new UsageError(`Bad ctstate "${text}"`.replace('ctstate', name));
      r.ctstate = { value, not };
      r.ctstateModule = name === 'ctstate' ? 'conntrack' : 'state';
    } else if (name === 'mark' && r.modules.lastIndexOf('mark') > r.modules.lastIndexOf('connmark'))
      r.mark = { value: markValue(take(), 0xffffffff), not };
    else if (name === 'limit' && has('limit')) r.limit = { ...limitRate(take()), burst: r.limit?.burst ?? 5 };
    else if (name === 'limit-burst' && has('limit'))
      r.limit = { count: r.limit?.count ?? 3, per: r.limit?.per ?? 3600, burst: Number(take()) };
    else if (/^(sports|source-ports|dports|destination-ports|ports)$/.test(name) && has('multiport')) {
      const side = name.startsWith('s') ? 'source' : name.startsWith('d') ? 'destination' : 'both';
      r.multiport = {
        value: {
          side,
          ports: take()
            .split(',')
            .map((p) => this.#range(p)),
        },
        not,
      };
    } else if (name === 'comment' && has('comment')) r.comment = take();
    else if (!this.#moduleOption(name, take)) this.#targetOption(name, take);
  }

  /** An option of a named module. @returns whether one has it */
  #moduleOption(name: string, take: () => string): boolean {
    for (const [module, draft] of [...this.#drafts].reverse()) {
      const read = EXTENSIONS.get(module)?.options[name];
      if (!read) continue;
      read(draft, { take, not: this.#not, family: this.family, address: (text) => this.#address(text) });
      return true;
    }
    return this.#lackingOption(name, take);
  }

  /** An option of what the kernel has not: its words are passed over. @returns whether one has it */
  #lackingOption(name: string, take: () => string): boolean {
    for (const extension of this.command.lacking) {
      const words = (LACKING_MATCHES.get(extension) ?? LACKING_TARGETS.get(extension))?.[name];
      if (words === undefined) continue;
      if (extension === 'SET' && name.endsWith('-set')) throw new UsageError(`Set ${take()} doesn't exist.\n`);
      if (words > 0) take();
      for (let k = 1; k < words; k++) this.#need(`--${name}`);
      return true;
    }
    return false;
  }

  /** What the extensions have read becomes part of the rule. */
  #finishModules(): void {
    const r = this.#rule;
    const more: NfMatch[] = [];
    for (const [module, draft] of this.#drafts) {
      EXTENSIONS.get(module)?.check?.(draft, this.family);
      const m = draft as NfMatch;
      if (module === 'conntrack' && Object.keys(draft).length === 1) {
        if (!r.ctstate) throw new UsageError('conntrack: At least one option is required');
      } else if (m.module !== 'addrtype' || !addrtypeFields(r, m)) more.push(m);
    }
    if (more.length > 0) r.more = more;
    const proto = r.proto?.not ? 0 : (r.proto?.value ?? 0);
    if (r.modules.includes('tcp') && proto !== 6) throw new UsageError("TCP match requires '-p tcp'");
    if (r.modules.includes('mark') && !r.mark) throw new UsageError('mark: option "--mark" must be specified\n');
    if ((r.multiport?.value.ports.reduce((n, p) => n + (p.from === p.to ? 1 : 2), 0) ?? 0) > 15)
      throw new UsageError('too many ports specified');
  }

  #targetOption(name: string, take: () => string): void {
    const names = TARGET_OPTIONS[this.#target ?? ''] ?? [];
    const full = names.find((n) => n === name) ?? names.find((n) => n.startsWith(name) && name.length > 3);
    if (full === undefined) throw new UsageError(`unknown option "--${name}"`);
    this.#opts[full] = BARE.includes(full) ? '' : take();
  }

  #finish(): void {
    const c = this.command;
    if (c.help || c.version) return;
    if (c.verb === undefined) throw new UsageError('no command specified');
    for (const [p, what] of [
      [this.#sources, 'source'],
      [this.#destinations, 'destination'],
    ] as const)
      if (p.length > 1 && p.some((x) => x.not))
        throw new UsageError(`! not allowed with multiple ${what} or destination IP addresses`);
    this.#finishModules();
    if (this.command.lacking.length > 0) {
      c.rules.push(this.#rule);
      return;
    }
    if (this.#target !== undefined) this.#rule.target = buildTarget(this.family, this.#target, this.#goto, this.#opts);
    const sources = this.#sources.length > 0 ? this.#sources : [undefined];
    const destinations = this.#destinations.length > 0 ? this.#destinations : [undefined];
    const any = (p: Not<Prefix> | undefined): Not<Prefix> | undefined =>
      p && p.value.bits === 0 && !p.not ? undefined : p;
    for (const src of sources)
      for (const dst of destinations) c.rules.push({ ...this.#rule, src: any(src), dst: any(dst) });
  }
}
