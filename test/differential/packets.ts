/** A delivered IPv4 packet in one line: what the two worlds must agree on, nothing that may differ. */

const ip = (b: Uint8Array, at: number): string => b.subarray(at, at + 4).join('.');
const u16 = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);

/** Ports that the topologies use; others were chosen at random by NAT. */
const PORTS = new Set([9, 53, 80, 443, 5000, 8080]);
const port = (n: number): string => (PORTS.has(n) || (n >= 20000 && n < 25000) ? String(n) : '*');

const FLAGS = ['F', 'S', 'R', 'P', 'A', 'U'];

function transport(b: Uint8Array, th: number, proto: number, quoted: boolean): string {
  if (proto === 6) {
    const flags = quoted ? '' : ` ${FLAGS.filter((_, i) => (b[th + 13] ?? 0) & (1 << i)).join('')}`;
    return `tcp ${port(u16(b, th))}>${port(u16(b, th + 2))}${flags}`;
  }
  if (proto === 17) return `udp ${port(u16(b, th))}>${port(u16(b, th + 2))}`;
  const type = b[th] ?? 0;
  const code = b[th + 1] ?? 0;
  if (type === 0 || type === 8) return `icmp ${type === 8 ? 'request' : 'reply'} ${u16(b, th + 4)}`;
  if (quoted) return `icmp ${type}/${code}`;
  return `icmp ${type}/${code} info ${u16(b, th + 6)} [${packetText(b.subarray(th + 8), true)}]`;
}

/** @param quoted in an ICMP error */
export function packetText(b: Uint8Array, quoted = false): string {
  if (b.length < 20) return 'short';
  const th = ((b[0] ?? 0) & 15) * 4;
  const df = u16(b, 6) & 0x4000 ? ' DF' : '';
  const head = `${ip(b, 12)} > ${ip(b, 16)} ttl ${b[8]} tos ${b[1]} len ${u16(b, 2)}${df}`;
  return `${head} ${transport(b, th, b[9] ?? 0, quoted)}`;
}
