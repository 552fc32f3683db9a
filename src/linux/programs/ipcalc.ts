/**
 * `ipcalc`: a network's numbers, in decimal and in bits.
 * Limits: IPv4; no colours, no HTML, no splitting.
 * @see ipcalc 0.51 (Debian)
 */
import { formatIp, ip4, mask4, parseIp } from '../../base/ip.ts';
import { type Context, defineProgram } from './spec.ts';

const text = (n: number): string => formatIp(ip4(n >>> 0));

/** Bits of a number with dots, and a blank where the network's end. */
function bits(n: number, prefix: number): string {
  let s = '';
  for (let i = 0; i < 32; i++) {
    if (i === prefix && i > 0) s += ' ';
    s += (n >>> (31 - i)) & 1;
    if (i % 8 === 7 && i < 31) s += '.';
  }
  return s;
}

/** Where an address belongs by its first bits, and by RFC 1918 and its like. */
function kindOf(network: number, prefix: number): string {
  const first = network >>> 24;
  const letter = first < 128 ? 'A' : first < 192 ? 'B' : first < 224 ? 'C' : first < 240 ? 'D, Multicast' : 'E';
  const inside = (base: string, width: number): boolean => {
    const b = parseIp(base);
    return prefix >= width && b?.v === 4 && b.value >>> (32 - width) === network >>> (32 - width);
  };
  const words = [`Class ${letter}`];
  if (inside('10.0.0.0', 8) || inside('172.16.0.0', 12) || inside('192.168.0.0', 16)) words.push('Private Internet');
  if (inside('127.0.0.0', 8)) words.push('Loopback');
  if (inside('169.254.0.0', 16)) words.push('APIPA');
  if (prefix === 31) words.push('PtP Link RFC 3021');
  return words.join(', ');
}

/** A width: `24`, or a netmask. */
function widthOf(word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word) <= 32 ? Number(word) : undefined;
  const mask = parseIp(word);
  if (mask?.v !== 4) return undefined;
  const width = Math.clz32(~mask.value);
  return mask4(width) === mask.value >>> 0 ? width : undefined;
}

async function run(ctx: Context): Promise<number> {
  const words = ctx.operands.flatMap((w) => w.split('/'));
  if (words.length === 0) {
    await ctx.err('Usage: ipcalc [options] <ADDRESS>[[/]<NETMASK>] [NETMASK]\n');
    return 1;
  }
  const ip = parseIp(words[0] as string);
  if (ip?.v !== 4) {
    await ctx.out(`INVALID ADDRESS: ${words[0]}\n\n`);
    return 1;
  }
  const prefix = words[1] === undefined ? 24 : widthOf(words[1]);
  if (prefix === undefined) {
    await ctx.out(`INVALID MASK1:   ${words[1]}\n\n`);
    return 1;
  }
  const mask = mask4(prefix);
  const network = (ip.value & mask) >>> 0;
  const broadcast = (network | ~mask) >>> 0;
  const binary = !ctx.options.has('nobinary');
  const row = (label: string, shown: string, n: number): string =>
    binary ? `${`${label}:`.padEnd(11)}${shown.padEnd(21)}${bits(n, prefix)}\n` : `${`${label}:`.padEnd(11)}${shown}\n`;
  const count = prefix >= 31 ? 2 ** (32 - prefix) : broadcast - network - 1;
  const narrow = prefix >= 31;
  await ctx.out(
    row('Address', text(ip.value), ip.value) +
      row('Netmask', `${text(mask)} = ${prefix}`, mask) +
      row('Wildcard', text(~mask), ~mask >>> 0) +
      '=>\n' +
      (prefix === 32
        ? row('Hostroute', text(network), network)
        : row('Network', `${text(network)}/${prefix}`, network) +
          row('HostMin', text(narrow ? network : network + 1), narrow ? network : network + 1) +
          row('HostMax', text(narrow ? broadcast : broadcast - 1), narrow ? broadcast : broadcast - 1) +
          (narrow ? '' : row('Broadcast', text(broadcast), broadcast))) +
      `${'Hosts/Net:'.padEnd(11)}${String(count).padEnd(22)}${kindOf(network, prefix)}\n\n`,
  );
  return 0;
}

/** The `ipcalc` command. */
export const spec = defineProgram({
  name: 'ipcalc',
  path: '/usr/bin/ipcalc',
  summary: 'Calculate the numbers of an IP network',
  synopsis: ['[options] <ADDRESS>[[/]<NETMASK>] [NETMASK]'],
  options: [
    { name: 'nobinary', short: 'b', help: 'no bits' },
    { name: 'nocolor', short: 'n', help: 'no colours' },
  ],
  run,
});
