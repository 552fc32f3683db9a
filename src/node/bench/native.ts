/** The C and the kernel side of the benchmark: compiles native/*.c and runs them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { datagram, type End } from './frame.ts';
import { VNI, VXLAN_PORT, WIRE_MTU } from './overlay.ts';
import { PUBLISHED, restoreText } from './rules.ts';

/** The project's root: two or three folders up from the bundle or the source. */
const root = ['../../', '../../../']
  .map((p) => fileURLToPath(new URL(p, import.meta.url)))
  .find((p) => existsSync(`${p}src/node/bench/native`));

const FLAGS = ['-Wall', '-Wno-address-of-packed-member'];

/** Names of the paths here and in native/core.c. */
const C_PATHS: Record<string, string> = {
  'masquerade out': 'masquerade',
  'DNAT in': 'dnat',
  'one bridge': 'bridge',
  overlay: 'overlay',
};

function compile(source: string, level: string): string | undefined {
  if (root === undefined) return undefined;
  mkdirSync(`${root}.cache`, { recursive: true });
  const out = `${root}.cache/bench-${source}`;
  const cc = spawnSync('cc', [level, ...FLAGS, '-o', out, `${root}src/node/bench/native/${source}.c`], {
    encoding: 'utf8',
  });
  if (cc.status === 0) return out;
  process.stderr.write(`${source}.c is left out: ${cc.error ? 'there is no cc' : cc.stderr}\n`);
  return undefined;
}

/** One measurement: path, bytes of the frame, flows. @returns CPU ns per packet, undefined when something was lost */
export type Measure = (path: string, bytes: number, flows: number) => number | undefined;

/** native/core.c, or undefined (told on stderr) without a compiler. */
export function nativeCore(packets: number): Measure | undefined {
  const program = compile('core', '-O3');
  if (!program) return undefined;
  return (path, bytes, flows) => {
    const args = [C_PATHS[path] ?? '', String(bytes), String(flows), String(packets)];
    const { stdout, status } = spawnSync(program, args, { encoding: 'utf8' });
    const [ns, got] = stdout.trim().split(' ').map(Number);
    return status === 0 && got === packets ? ns : undefined;
  };
}

const HOST: End = { mac: 0x525400380011, ip: '192.0.2.1' };
const OUTSIDE: End = { mac: 0x525400380001, ip: '192.0.2.2' };
const GATEWAY: End = { mac: 0x0242ac110001, ip: '172.17.0.1' };
const A: End = { mac: 0x0242ac110002, ip: '172.17.0.2' };
const B: End = { mac: 0x0242ac110003, ip: '172.17.0.3' };
const OVER: readonly [End, End] = [
  { mac: 0x02420a000001, ip: '10.0.9.1' },
  { mac: 0x02420a000002, ip: '10.0.9.2' },
];

const hex = (mac: number): string => (mac.toString(16).padStart(12, '0').match(/../g) as string[]).join(':');
const run = (ns: number, script: string): string => `RUN ${ns} ${Buffer.byteLength(script)}\n${script}`;
const netns = (ns: number): string => `netns /proc/self/fd/${100 + ns}`;

const QUIET = `for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
`;
/** Docker's machine; bridge-nf-call-iptables is off, as it is in the core's world. */
const ROUTER = `${QUIET}echo 1 > /proc/sys/net/ipv4/ip_forward
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables; fi
iptables-restore <<'RULES'
${restoreText()}RULES
`;
const COUNT = 'iptables -t raw -A PREROUTING -p udp -j DROP\n';

function end(dev: string, { mac, ip }: End, bits: number): string {
  return `ip link set ${dev} address ${hex(mac)} up\nip addr add ${ip}/${bits} dev ${dev}\n`;
}

/** Waits for a host's first answer: a busy kernel takes a second or more to notice that a link is up. */
const reach = (ip: string): string =>
  `n=0\nuntil ping -c1 -W1 ${ip} >&2; do n=$((n + 1)); [ $n -lt 20 ]; sleep 0.1; done\n`;

/** Namespaces 0 machine, 1 outside, 2 and 3 containers. */
function dockerScript(): string {
  const boxes = [A, B].map((box, i) => {
    const ns = 2 + i;
    const link = `ip link add veth${ns} type veth peer name eth0 ${netns(ns)}\nip link set veth${ns} master docker0 up\n`;
    return (
      run(0, link) +
      run(ns, `${QUIET}${end('eth0', box, 16)}ip route add default via ${GATEWAY.ip}\n${COUNT}${reach(GATEWAY.ip)}`)
    );
  });
  return [
    'NS 4\n',
    run(
      0,
      `${ROUTER}ip link add docker0 type bridge\n${end('docker0', GATEWAY, 16)}ip link add eth0 type veth peer name eth0 ${netns(1)}\n${end('eth0', HOST, 24)}`,
    ),
    run(1, `${QUIET}${end('eth0', OUTSIDE, 24)}${COUNT}${reach(HOST.ip)}`),
    ...boxes,
  ].join('');
}

/** Namespaces 0 and 1 machines, 2 and 3 containers. */
function overlayScript(): string {
  const machine = (i: number): string => {
    const other = OVER[1 - i] as End;
    return `${ROUTER}ip link set eth1 mtu ${WIRE_MTU} up
ip addr add 198.51.100.${i + 1}/24 dev eth1
ip link add ov0 type bridge
ip link set ov0 up
ip link add vx0 type vxlan id ${VNI} dstport ${VXLAN_PORT} local 198.51.100.${i + 1} noudpcsum
ip link set vx0 master ov0 mtu 1500 up
bridge fdb append ${hex(other.mac)} dev vx0 dst 198.51.100.${2 - i}
ip link add vethov type veth peer name eth0 ${netns(2 + i)}
ip link set vethov master ov0 up
`;
  };
  return [
    'NS 4\n',
    run(0, `ip link add eth1 type veth peer name eth1 ${netns(1)}\n`),
    run(0, machine(0)),
    run(1, machine(1)),
    ...[0, 1].map((i) => run(2 + i, `${QUIET}${end('eth0', OVER[i] as End, 24)}${COUNT}`)),
    run(0, reach('198.51.100.2')),
    ...[0, 1].map((i) =>
      run(
        2 + i,
        `arping -c1 -U -I eth0 ${(OVER[i] as End).ip} >&2 || ping -c1 -W1 ${(OVER[1 - i] as End).ip} >&2 || true\n`,
      ),
    ),
  ].join('');
}

interface Send {
  readonly script: () => string;
  readonly from: End;
  readonly to: End;
  readonly ns: number;
  readonly rx: number;
  readonly dport: number;
}

const SENDS: Record<string, Send> = {
  'masquerade out': { script: dockerScript, from: A, to: { ...GATEWAY, ip: OUTSIDE.ip }, ns: 2, rx: 1, dport: 5000 },
  'DNAT in': { script: dockerScript, from: OUTSIDE, to: HOST, ns: 1, rx: 2, dport: PUBLISHED[0] },
  'one bridge': { script: dockerScript, from: A, to: B, ns: 2, rx: 3, dport: 5000 },
  overlay: { script: overlayScript, from: OVER[0], to: OVER[1], ns: 2, rx: 3, dport: 5000 },
};

/** The Linux kernel in namespaces of its own, or undefined (told on stderr) without root or tools. */
export function kernel(packets: number): Measure | undefined {
  const why =
    process.platform !== 'linux'
      ? 'this is not Linux'
      : process.getuid?.() !== 0
        ? 'not root'
        : missing(['ip', 'iptables-restore', 'bridge']);
  const program = why === undefined ? compile('kernel', '-O2') : undefined;
  if (!program) {
    if (why) process.stderr.write(`the kernel's figures are left out: ${why}\n`);
    return undefined;
  }
  return (path, bytes, flows) => {
    const s = SENDS[path] as Send;
    const frame = Buffer.from(datagram(s.from, s.to, 10000, s.dport, bytes)).toString('hex');
    const send = (n: number): string => `SEND ${s.ns} eth0 ${flows} ${n} ${s.dport} ${bytes}\n${frame}\n`;
    const counter = run(s.rx, 'iptables -t raw -nvxL PREROUTING | grep DROP\n');
    const input = s.script() + send(flows * 2) + counter + send(packets) + counter;
    const { stdout, stderr } = spawnSync(program, [], { input, encoding: 'utf8' });
    const ns = [...stdout.matchAll(/^ns ([\d.]+)$/gm)].map((m) => Number(m[1]));
    const seen = [...stdout.matchAll(/^\s*(\d+)\s+\d+ DROP/gm)].map((m) => Number(m[1]));
    const arrived = (seen[1] ?? 0) - (seen[0] ?? 0);
    // A few may be lost in a queue of the kernel's; many mean that the path is broken.
    if (ns.length === 2 && arrived > packets * 0.99) return ns[1];
    process.stderr.write(
      `kernel, ${path}: ${arrived} of ${packets} arrived ${stderr.split('\n').slice(-3).join(' ')}\n`,
    );
    return undefined;
  };
}

function missing(tools: readonly string[]): string | undefined {
  const tool = tools.find((t) => spawnSync(t, ['-V']).error !== undefined);
  return tool && `there is no ${tool}`;
}
