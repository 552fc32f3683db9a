/** Rules whose matches look deeper into a packet or ask the host, and whose targets hand packets to programs. */
import type { Dice } from './generate.ts';
import { FOUR, type Words } from './words.ts';

/** What a ruleset is written with. */
export interface Ruleset {
  chain(table: string, name: string, policy?: string): void;
  has(table: string): boolean;
  rule(table: string, text: string): void;
}

/** Programs of u32: lengths, protocols, ports behind a header whose length is in the packet. */
const PROGRAMS = {
  4: [
    '6&0xFF=17',
    '0&0xffff=84:1500',
    // Of an ICMP message that would be the checksum, of which no two are alike.
    '6&0xFF=6,17&&0>>22&0x3C@0&0xffff=53,80:443',
    '4&0x1fff=0&&6&0xff=6',
    '0>>22&0x3C@12>>26&0x3C@0=1',
  ],
  6: ['4>>8&0xff=6,17', '4>>16=32:128', '4>>8&0xff=6,17&&40&0xffff=53,80:443', '8=0x20010db8&&4&0xff=63:64'],
} as const;

const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** Matches that any chain takes. */
function matches(dice: Dice, words: Words): string {
  const not = dice.chance(0.3) ? '! ' : '';
  const mss = dice.pick(['1460', '500:1400', '1400:', ':1000']);
  return dice.pick([
    `-p tcp -m tcpmss ${not}--mss ${mss} `,
    `-p tcp -m tcpmss ${not}--mss ${mss} `,
    `-p tcp -m ecn ${not}--ecn-tcp-${dice.pick(['cwr', 'ece'])} `,
    `-m ecn ${not}--ecn-ip-ect ${dice.pick([0, 1, 2])} `,
    `-m u32 ${not}--u32 ${dice.pick(PROGRAMS[words === FOUR ? 4 : 6])} `,
    `-m u32 ${not}--u32 ${dice.pick(PROGRAMS[words === FOUR ? 4 : 6])} `,
    `-m time ${dice.pick(['--datestart', '--datestop'])} 2001-02-03T04:05:06 `,
    `-m helper ${not}--helper ftp `,
    ...(words === FOUR ? [] : [`-p udp -m hl --hl-${dice.pick(['eq', 'lt', 'gt'])} ${dice.pick([62, 63, 64])} `]),
  ]);
}

/** Matches that are asked before a packet is routed, or when it is for this host. */
function asking(dice: Dice): readonly [string, string] {
  const flags = ['--loose', '--validmark', '--accept-local', '--invert'].filter(() => dice.chance(0.3)).join(' ');
  return dice.pick([
    ['PREROUTING', `-m rpfilter ${flags} `],
    ['PREROUTING', `-m rpfilter ${flags} `],
    ['INPUT', `-p udp -m socket ${dice.pick(['', '--nowildcard ', '--transparent '])}`],
    ['INPUT', `-m policy --dir in --pol ${dice.pick(['none', 'ipsec'])} `],
  ] as const);
}

function target(dice: Dice, words: Words, chain: string): string {
  const four = words === FOUR;
  return dice.pick([
    '',
    '',
    '-j AUDIT --type drop',
    '-j NFQUEUE --queue-num 7 --queue-bypass',
    ...(dice.chance(0.3) ? ['-j NFQUEUE --queue-balance 2:5'] : []),
    ...(/OUTPUT|FORWARD|POSTROUTING/.test(chain) ? ['-j CLASSIFY --set-class 1:10'] : []),
    // Never more of it: what goes in circles would go for ever.
    four ? '-j TTL --ttl-dec 1' : '-j RETURN',
  ]);
}

/** In mangle, behind what is there. */
export function deeper(dice: Dice, w: Ruleset, words: Words): void {
  if (!w.has('mangle')) for (const name of HOOKS) w.chain('mangle', name, 'ACCEPT');
  for (let k = 2 + dice.below(4); k > 0; k--) {
    const asks = dice.chance(0.4);
    const [chain, match] = asks ? asking(dice) : [dice.pick(HOOKS), matches(dice, words)];
    w.rule('mangle', `-A ${chain} ${match}${target(dice, words, chain)}`);
  }
  if (words !== FOUR) w.rule('mangle', `-A FORWARD -p udp -j HL --hl-dec ${dice.pick([1, 2, 3])}`);
  // No TEE: a copy that comes by again is copied again, in the real kernel without an end.
  if (dice.chance(0.1)) w.rule('mangle', `-A PREROUTING -p udp -m udp --dport 808 -j TPROXY --on-port 53`);
}
