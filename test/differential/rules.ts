/** Random rulesets: what Docker installs on a bridge host, and rules with the matches and targets that are modelled. */
import { deeper } from './deep.ts';
import type { Dice, Draft } from './generate.ts';
import { MARKS } from './routing.ts';
import { FOUR, PORTS, type Words } from './words.ts';

class Writer {
  readonly #tables = new Map<string, { readonly chains: Map<string, string>; readonly rules: string[] }>();

  constructor(readonly words: Words) {}

  chain(table: string, name: string, policy = '-'): void {
    this.#of(table).chains.set(name, policy);
    if (policy === '-' || table === 'nat') return;
    for (const rule of this.words.first) this.rule(table, `-A ${name} ${rule}`);
  }

  has(table: string): boolean {
    return this.#tables.has(table);
  }

  rule(table: string, text: string): void {
    this.#of(table).rules.push(text);
  }

  #of(table: string) {
    let t = this.#tables.get(table);
    if (!t) {
      t = { chains: new Map(), rules: [] };
      this.#tables.set(table, t);
    }
    return t;
  }

  text(): string {
    let out = '';
    for (const [name, t] of this.#tables) {
      out += `*${name}\n`;
      for (const [chain, policy] of t.chains) out += `:${chain} ${policy} [0:0]\n`;
      out += `${t.rules.join('\n')}\nCOMMIT\n`;
    }
    return out;
  }
}

/** A match of the less common modules. */
function further(dice: Dice, words: Words, chain: string, ips: readonly string[]): string {
  const not = dice.chance(0.25) ? '! ' : '';
  const ip = dice.pick(ips);
  const kinds = [
    `-m iprange ${not}--${dice.pick(['src', 'dst'])}-range ${ip}-${ip} `,
    `-m length ${not}--length ${dice.pick(['0:60', '61:100', '84'])} `,
    ...(words.ttl.length > 0 ? [`${dice.pick(words.ttl)} `] : []),
    `-m tos ${not}--tos ${dice.pick(['0x00', '0x10', '0xc0/0xe0'])} `,
    `-m dscp ${not}--dscp ${dice.pick(['0', '10', '48'])} `,
    `-m mark ${not}--mark ${dice.pick(['1', '2', '0/1', '0x10/0xf0'])} `,
    `-m connmark ${not}--mark ${dice.pick(['1', '2', '0/1', '0x10/0xf0'])} `,
    `-m conntrack ${not}--ctorigdst ${ip} `,
    `-m conntrack ${not}--ctreplsrc ${ip} `,
    `-m conntrack --ctdir ${dice.pick(['ORIGINAL', 'REPLY'])} `,
    `-m conntrack ${not}--ctproto ${dice.pick([words.icmpNumber, 6, 17])} `,
    `-m conntrack ${not}--ctstatus ${dice.pick(['SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'NONE'])} `,
    `-m conntrack ${not}--ctorigdstport ${dice.pick(['53', '80:443', '500'])} `,
    `-m addrtype ${not}--dst-type LOCAL,MULTICAST `,
    ...(/PREROUTING|INPUT/.test(chain) ? ['-m addrtype --dst-type LOCAL --limit-iface-in '] : []),
    ...(/OUTPUT|POSTROUTING/.test(chain) ? [`-m owner ${not}--socket-exists `, `-m owner ${not}--uid-owner 0 `] : []),
  ];
  return dice.pick(kinds);
}

/** Marks and mangling at all five hooks. */
function mangle(dice: Dice, w: Writer, h: Draft, all: readonly Draft[]): void {
  const hooks = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
  for (const name of hooks) w.chain('mangle', name, 'ACCEPT');
  if (dice.chance(0.5)) w.rule('mangle', '-A PREROUTING -j CONNMARK --restore-mark');
  const count = 2 + dice.below(6);
  for (let k = 0; k < count; k++) {
    const chain = dice.pick(hooks);
    const proto = dice.pick(PROTOS);
    const target = dice.pick([
      `MARK --set-mark ${dice.pick(['1', '2', '0x10/0xf0'])}`,
      'MARK --or-mark 2',
      'MARK --and-mark 1',
      'MARK --xor-mark 3',
      `CONNMARK --set-mark ${dice.pick(['1', '2/3'])}`,
      'CONNMARK --save-mark',
      'CONNMARK --restore-mark --nfmask 0xf --ctmask 0x3',
      // A class that is changed after conntrack has verified the checksum of a datagram out of fragments makes the kernel
      // drop it here. @see Linux net/netfilter/utils.c: nf_ip6_checksum (csum_complete_sw)
      ...(w.words !== FOUR && /PREROUTING|INPUT/.test(chain)
        ? ['DROP', 'DROP']
        : [`TOS --set-tos ${dice.pick(['0x10', '0x08/0x1c'])}`, `DSCP --set-dscp ${dice.pick(['10', '46'])}`]),
      ...w.words.setTtl,
      'DROP',
    ]);
    w.rule('mangle', `-A ${chain} ${matches(dice, w.words, h, all, chain, proto)}-j ${target}`);
  }
  if (dice.chance(0.4)) w.rule('mangle', '-A POSTROUTING -j CONNMARK --save-mark');
  for (const name of hooks) w.rule('mangle', `-A ${name}`);
}

/** Matches that may stand in a chain. */
function matches(dice: Dice, words: Words, h: Draft, all: readonly Draft[], chain: string, proto: string): string {
  let out = '';
  const ips = all.flatMap((x) => x.addrs);
  const not = (p: number): string => (dice.chance(p) ? '! ' : '');
  const address = (): string => {
    const a = dice.pick(ips);
    return dice.chance(0.5) ? a.ip : `${a.ip}/${a.bits}`;
  };
  if (dice.chance(0.25)) out += `${not(0.2)}-s ${address()} `;
  if (dice.chance(0.25)) out += `${not(0.2)}-d ${address()} `;
  const dev = (): string => (dice.chance(0.1) ? 'eth+' : dice.chance(0.1) ? 'lo' : dice.pick([...h.devices, 'lo']));
  if (!/OUTPUT|POSTROUTING/.test(chain) && dice.chance(0.3)) out += `${not(0.2)}-i ${dev()} `;
  if (!/INPUT|PREROUTING/.test(chain) && dice.chance(0.3)) out += `${not(0.2)}-o ${dev()} `;
  if (proto !== '') {
    out += `-p ${proto === 'icmp' ? words.icmp : proto} `;
    if (proto === 'icmp') {
      if (dice.chance(0.6))
        out += `${words.icmpMatch} ${not(0.2)}--${words === FOUR ? 'icmp' : 'icmpv6'}-type ${dice.pick(words.icmpTypes)} `;
    } else if (dice.chance(0.2)) {
      out += `-m multiport ${not(0.2)}--dports ${dice.pick(['53,80', '80:443,500', '808'])} `;
    } else {
      const range = dice.chance(0.2) ? '80:500' : dice.pick(PORTS);
      if (dice.chance(0.8)) out += `-m ${proto} ${not(0.1)}--dport ${range} `;
      if (dice.chance(0.1)) out += `-m ${proto} --sport 20000:20100 `;
      if (proto === 'tcp' && dice.chance(0.15))
        out += `-m tcp --tcp-flags ${dice.pick(['SYN,ACK,RST,FIN SYN', 'RST RST', 'SYN,ACK SYN,ACK', 'ACK ACK'])} `;
    }
  }
  if (dice.chance(0.25)) {
    const states = ['NEW', 'ESTABLISHED', 'RELATED,ESTABLISHED', 'INVALID', 'RELATED', 'DNAT', 'SNAT', 'NEW,UNTRACKED'];
    out += `-m conntrack ${not(0.15)}--ctstate ${dice.pick(states)} `;
  }
  if (dice.chance(0.2))
    out += further(
      dice,
      words,
      chain,
      ips.map((a) => a.ip),
    );
  if (dice.chance(0.15)) {
    const type = dice.pick(words.addrTypes);
    out += `-m addrtype ${not(0.2)}--${dice.pick(['src', 'dst'])}-type ${type} `;
  }
  return out;
}

const PROTOS = ['tcp', 'tcp', 'udp', 'udp', 'icmp', ''];

function filter(dice: Dice, w: Writer, h: Draft, all: readonly Draft[]): void {
  for (const name of ['INPUT', 'FORWARD', 'OUTPUT']) w.chain('filter', name, dice.chance(0.12) ? 'DROP' : 'ACCEPT');
  w.chain('filter', 'USER');
  if (dice.chance(0.7)) w.rule('filter', '-A FORWARD -j USER');
  if (dice.chance(0.4)) w.rule('filter', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT');
  if (dice.chance(0.5)) w.rule('filter', '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT');
  const count = 3 + dice.below(7);
  for (let k = 0; k < count; k++) {
    const chain = dice.pick(['INPUT', 'FORWARD', 'FORWARD', 'OUTPUT', 'USER']);
    const proto = dice.pick(PROTOS);
    const target = dice.pick(['ACCEPT', 'ACCEPT', 'DROP', 'REJECT', 'REJECT', 'RETURN', 'USER', '']);
    let tail = target === '' ? '' : target === 'USER' && chain === 'USER' ? '-j RETURN' : `-j ${target}`;
    if (target === 'REJECT')
      tail += ` --reject-with ${proto === 'tcp' && dice.chance(0.6) ? 'tcp-reset' : dice.pick(w.words.rejects)}`;
    w.rule(
      'filter',
      `-A ${chain} ${matches(dice, w.words, h, all, chain === 'USER' ? 'FORWARD' : chain, proto)}${tail}`.trim(),
    );
  }
  for (const name of ['INPUT', 'FORWARD', 'OUTPUT', 'USER']) w.rule('filter', `-A ${name}`);
}

/** An address of another host or of this one. */
function natTarget(dice: Dice, h: Draft, all: readonly Draft[]): string {
  return dice.chance(0.8) ? dice.pick(all.flatMap((x) => x.addrs)).ip : dice.pick(h.addrs).ip;
}

/** The chains of the bridge driver with published ports. */
function docker(dice: Dice, w: Writer, h: Draft, all: readonly Draft[]): void {
  w.chain('nat', 'DOCKER');
  w.rule('nat', '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER');
  w.rule(
    'nat',
    `-A OUTPUT ${dice.chance(0.7) ? `! -d ${w.words.loopback} ` : ''}-m addrtype --dst-type LOCAL -j DOCKER`,
  );
  for (const bridge of h.bridges) {
    const own = h.addrs.find((a) => a.dev === bridge);
    if (!own) continue;
    w.rule('nat', `-A POSTROUTING -s ${own.ip}/${own.bits} ! -o ${bridge} -j MASQUERADE`);
    if (dice.chance(0.3)) w.rule('nat', `-A DOCKER -i ${bridge} -j RETURN`);
    for (let k = 0; k < 2; k++) {
      const proto = dice.pick(['tcp', 'udp']);
      const to = natTarget(dice, h, all);
      w.rule(
        'nat',
        `-A DOCKER ${dice.chance(0.6) ? `! -i ${bridge} ` : ''}-p ${proto} -m ${proto} --dport ${dice.pick(PORTS)} -j DNAT --to-destination ${w.words.place(to, dice.pick(PORTS))}`,
      );
      if (dice.chance(0.4))
        w.rule(
          'nat',
          `-A POSTROUTING -s ${to}/${w.words.bits} -d ${to}/${w.words.bits} -p ${proto} -m ${proto} --dport 80 -j MASQUERADE`,
        );
    }
  }
}

function nat(dice: Dice, w: Writer, h: Draft, all: readonly Draft[]): void {
  for (const name of ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']) w.chain('nat', name, 'ACCEPT');
  if (h.bridges.length > 0 && dice.chance(0.7)) docker(dice, w, h, all);
  const count = 1 + dice.below(5);
  for (let k = 0; k < count; k++) {
    const chain = dice.pick(['PREROUTING', 'PREROUTING', 'OUTPUT', 'POSTROUTING', 'POSTROUTING', 'INPUT']);
    const proto = dice.pick(PROTOS);
    const ports = proto === 'tcp' || proto === 'udp';
    let target: string;
    if (chain === 'POSTROUTING' && dice.chance(0.5)) target = '-j MASQUERADE';
    else if (chain === 'POSTROUTING' || chain === 'INPUT') {
      const ip = chain === 'INPUT' || dice.chance(0.4) ? w.words.nobody : dice.pick(h.addrs).ip;
      target = `-j SNAT --to-source ${ip}`;
    } else if (ports && dice.chance(0.3)) target = `-j REDIRECT --to-ports ${dice.pick(PORTS)}`;
    else if (dice.chance(0.15)) target = dice.pick(['-j ACCEPT', '-j RETURN', '-j REDIRECT']);
    else {
      const to = natTarget(dice, h, all);
      target = `-j DNAT --to-destination ${ports && dice.chance(0.6) ? w.words.place(to, dice.pick(PORTS)) : to}`;
    }
    w.rule('nat', `-A ${chain} ${matches(dice, w.words, h, all, chain, proto)}${target}`);
  }
}

/** Marks that policy rules ask for, given before packets are routed; kept with connections, as multihomed hosts do. */
function marks(dice: Dice, w: Writer, h: Draft, all: readonly Draft[]): void {
  const kept = dice.chance(0.6);
  for (const chain of ['PREROUTING', 'OUTPUT']) {
    w.chain('mangle', chain, 'ACCEPT');
    if (kept) {
      w.rule('mangle', `-A ${chain} -j CONNMARK --restore-mark`);
      w.rule('mangle', `-A ${chain} -m mark ! --mark 0 -j ACCEPT`);
    }
    const count = 1 + dice.below(3);
    for (let k = 0; k < count; k++) {
      const which = matches(dice, w.words, h, all, chain, dice.pick(PROTOS));
      w.rule('mangle', `-A ${chain} ${which}-j MARK --set-mark ${dice.pick(MARKS)}`);
    }
    if (kept) w.rule('mangle', `-A ${chain} -m mark ! --mark 0 -j CONNMARK --save-mark`);
  }
}

/**
 * A limit to connections. What was counted and then dropped counts until the kernel's next tick, and how many connections of
 * TCP there are at one time is a matter of the pace: so the last rule that datagrams meet, and it drops what is too much only;
 * where tunnels end it drops nothing: for that tick it would drop later frames of a tunnel as well.
 */
function limit(dice: Dice, w: Writer, h: Draft): void {
  const above = dice.chance(0.6);
  const most = dice.pick([0, 1, 2, 4]);
  const mask = dice.pick([0, 24]);
  const side = dice.pick(['s', 'd']);
  const target = above ? dice.pick([' -j DROP', '']) : '';
  w.rule(
    'security',
    `-A INPUT -p udp -m connlimit --connlimit-${above ? 'above' : 'upto'} ${most} --connlimit-mask ${mask} --connlimit-${side}addr${h.devices.includes('vx0') ? '' : target}`,
  );
}

/** Matches that remember packets or look into them, behind all others; and zones of conntrack. */
function remember(dice: Dice, w: Writer, h: Draft, all: readonly Draft[]): void {
  const table = () => `--name ${dice.pick(['a', 'b'])}`;
  const side = () => dice.pick(['', ' --rdest', ' --mask 255.255.255.0']);
  const kinds = [
    () => `-m recent --set ${table()}${w.words === FOUR ? side() : ' --rdest'}`,
    () => `-m recent ${dice.pick(['', '! '])}--rcheck ${table()} --hitcount ${dice.pick([1, 2, 4, 9])}`,
    () => `-m recent --update ${table()} --hitcount ${dice.pick([2, 3, 5])}`,
    () => `-m recent --update --seconds 3600 ${table()}${dice.pick(['', ' --rttl'])}`,
    () =>
      `-m string --string ${dice.pick(['xxxxxx', 'XXXXXX', 'drydock'])} --algo ${dice.pick(['bm', 'kmp'])}${dice.pick(['', ' --icase'])}`,
    () => `-m string ! --hex-string '|4500|' --algo bm --to ${dice.pick([2, 20])}`,
  ];
  for (const name of ['INPUT', 'FORWARD', 'OUTPUT']) w.chain('security', name, 'ACCEPT');
  for (let k = 1 + dice.below(4); k > 0; k--) {
    const chain = dice.pick(['INPUT', 'FORWARD', 'OUTPUT']);
    const kind = dice.pick(kinds)();
    const proto = dice.pick(['-p tcp ', '-p udp ', '']);
    w.rule('security', `-A ${chain} ${proto}${kind}${dice.pick([' -j DROP', '', ''])}`);
  }
  if (w.has('raw')) return;
  if (dice.chance(0.4)) limit(dice, w, h);
  if (dice.chance(0.5)) return;
  for (const name of ['PREROUTING', 'OUTPUT']) w.chain('raw', name, 'ACCEPT');
  for (let k = 1 + dice.below(3); k > 0; k--) {
    const chain = dice.pick(['PREROUTING', 'PREROUTING', 'OUTPUT']);
    const dev = `${chain === 'OUTPUT' ? '-o' : '-i'} ${dice.pick(h.devices)}`;
    const which = dice.chance(0.4) ? `-s ${dice.pick(all.flatMap((x) => x.addrs)).ip}` : dev;
    w.rule('raw', `-A ${chain} ${which} -j CT --zone ${dice.pick([1, 2])}`);
  }
}

/**
 * A ruleset for one host, for iptables-restore or ip6tables-restore.
 * @param further dice of their own for marks, when the host's policy asks for them; for matches that remember; and for
 * those that look deeper
 */
export function rulesFor(
  dice: Dice,
  h: Draft,
  all: readonly Draft[],
  words: Words,
  { marking, memory, deep }: { readonly marking?: Dice; readonly memory?: Dice; readonly deep?: Dice },
): string {
  const w = new Writer(words);
  if (dice.chance(0.85)) filter(dice, w, h, all);
  if (dice.chance(0.75)) nat(dice, w, h, all);
  if (dice.chance(0.35)) mangle(dice, w, h, all);
  if (dice.chance(0.1)) {
    w.chain('raw', 'PREROUTING', 'ACCEPT');
    w.chain('raw', 'OUTPUT', 'ACCEPT');
    w.rule(
      'raw',
      `-A PREROUTING ${matches(dice, w.words, h, all, 'PREROUTING', dice.pick(['tcp', 'udp']))}-j ${dice.pick(['DROP', 'CT --notrack'])}`,
    );
  }
  if (marking) marks(marking, w, h, all);
  if (memory) remember(memory, w, h, all);
  if (deep) deeper(deep, w, words);
  return w.text();
}
