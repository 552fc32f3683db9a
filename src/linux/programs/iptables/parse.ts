/**
 * The command line of iptables: one command, and the rule it is about.
 *
 * Limits: the matches and targets of netadmin.ts only; the kernel is without all others (lacking.ts).
 * @see iptables iptables/xtables.c: do_parse, extensions/libxt_*.c
 */

import type { IpAddr, Prefix } from '../../../base/ip.ts';
import type { Not } from '../../kernel/netadmin.ts';
import type { NfMatch } from '../../kernel/nfmatch.ts';
import { wholeName } from './abbreviate.ts';
import { EXTENSIONS } from './ext/index.ts';
import type { Draft } from './ext/spec.ts';
import { addrtypeFields, fieldOption, type RuleDraft } from './fields.ts';
import { LACKING_MATCHES, LACKING_TARGETS } from './lacking.ts';
import { protocolNumber } from './names.ts';
import { addressOf, ifaceName } from './places.ts';
import { buildTarget } from './target.ts';
import { BARE, TARGET_OPTIONS } from './target-options.ts';
import { UsageError } from './values.ts';
import { type Command, LONG, MATCHES, VERBS } from './words.ts';

/** The module, and its target, that the other family has in place of this one's. */
const OTHER = { 4: 'hl', 6: 'ttl' } as const;
/** Targets that the kernel has for IPv4 only. */
const ONLY_4 = ['NETMAP'];

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
  readonly #rule: RuleDraft = { modules: [] };
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
          .map((a) => ({ value: this.#place(a), not }));
        return true;
      case 'd':
        this.#destinations = take()
          .split(',')
          .map((a) => ({ value: this.#place(a), not }));
        return true;
      case 'i':
        r.in = { value: ifaceName(take()), not };
        return true;
      case 'o':
        r.out = { value: ifaceName(take()), not };
        return true;
      case 'j':
      case 'g':
        this.#target = take();
        if (LACKING_TARGETS.has(this.#target) || (this.family === 6 && ONLY_4.includes(this.#target)))
          this.command.lacking.push(this.#target);
        this.#goto = letter === 'g';
        return true;
      case 'm': {
        const name = take();
        const module = name === 'icmpv6' ? 'icmp6' : name;
        if (LACKING_MATCHES.has(module)) {
          this.command.lacking.push(module);
          return true;
        }
        if ((!MATCHES.includes(module) && !EXTENSIONS.has(module)) || module === OTHER[this.family])
          throw new UsageError(`Couldn't load match \`${name}':No such file or directory\n`);
        if (!r.modules.includes(module)) r.modules.push(module);
        if (EXTENSIONS.has(module)) this.#drafts.push([module, { module } as Draft<NfMatch>]);
        return true;
      }
      default:
        throw new UsageError(`unknown option "-${letter}"`);
    }
  }

  #place(text: string): Prefix {
    return addressOf(text, this.family, this.resolve);
  }

  /** An option of a match or a target. */
  #extension(written: string, inline: string | undefined): void {
    const proto = this.#rule.proto?.not ? 0 : (this.#rule.proto?.value ?? 0);
    const name = wholeName(written, this.#rule.modules, this.command.lacking, this.#target, proto);
    const take = (): string => this.#need(`--${name}`, inline);
    const more = (): string => this.#need(`--${name}`);
    if (fieldOption(this.#rule, name, { family: this.family, not: this.#not, take, more })) return;
    if (!this.#moduleOption(name, take)) this.#targetOption(name, take);
  }

  /** An option of a named module. @returns whether one has it */
  #moduleOption(name: string, take: () => string): boolean {
    for (const [module, draft] of [...this.#drafts].reverse()) {
      const read = EXTENSIONS.get(module)?.options[name];
      if (!read) continue;
      read(draft, { take, not: this.#not, family: this.family, address: (text) => this.#place(text) });
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
    const known = this.#target !== OTHER[this.family].toUpperCase();
    const names = (known ? TARGET_OPTIONS[this.#target ?? ''] : undefined) ?? [];
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
