/** Multicast as programs use it: joining, who has copies, how far they go, what tools show, what the network is told. */
import { expect, it } from 'vitest';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';
import { makeMachine, type TestMachine } from './machine.ts';

async function machine(): Promise<TestMachine> {
  const m = await makeMachine();
  m.kernel.root.fs.install('/usr/bin/python3', 'python');
  return m;
}

const python = async (m: TestMachine, where: string, text: string): Promise<string> => {
  const r = await m.run(['python3', '-c', text], { request: { netns: m.spaces[where] as number } });
  return r.stdout + r.stderr;
};

/** What a file says in web's namespace. */
async function read(m: TestMachine, path: string): Promise<string> {
  let text = '';
  const body = async (sys: Sys): Promise<number> => {
    const bytes = sys.readFile(path);
    text = isErr(bytes) ? bytes.text : new TextDecoder().decode(bytes);
    return 0;
  };
  await m.exec(body, { request: { netns: m.spaces.web as number } });
  return text;
}

const GROUP = '239.1.2.3';
const join = (call = 'IP_ADD_MEMBERSHIP', group = GROUP): string =>
  `s.setsockopt(socket.IPPROTO_IP, socket.${call}, socket.inet_aton('${group}') + socket.inet_aton('0.0.0.0'))`;
const open = (port: number): string => `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', ${port}))
s.settimeout(2)
`;
const listen = (port: number): string => `${open(port)}
${join()}
try:
    while True:
        print(s.recvfrom(100)[0].decode())
except TimeoutError:
    print('no more')
`;
const send = (text: string, more = ''): string => `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
${more}
s.sendto(b'${text}', ('${GROUP}', 5000))
`;

it('a group is heard by those who joined it, each socket once, and by nobody else', async () => {
  const m = await machine();
  const heard = Promise.all([
    python(m, 'web', listen(5000)),
    python(m, 'web', listen(5000)),
    python(m, 'cli', `${open(5000)}\ntry:\n    s.recv(9)\nexcept TimeoutError:\n    print('nothing')\n`),
  ]);
  const said = (async () => {
    await python(m, 'cli', 'import time\ntime.sleep(0.5)\n');
    return python(m, 'cli', send('hello'));
  })();
  expect(await said).toBe('');
  expect(await heard).toEqual(['hello\nno more\n', 'hello\nno more\n', 'nothing\n']);
});

it('the sender hears its own where it is a member, unless IP_MULTICAST_LOOP is off; TTL 0 stays at home', async () => {
  const m = await machine();
  const ttl = 's.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)';
  const loop = 's.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)';
  const heard = Promise.all([python(m, 'web', listen(5000)), python(m, 'cli', listen(5000))]);
  await python(m, 'web', 'import time\ntime.sleep(0.5)\n');
  await python(m, 'web', send('both'));
  await python(m, 'web', send('home', ttl));
  await python(m, 'web', send('away', loop));
  expect(await heard).toEqual(['both\nhome\nno more\n', 'both\naway\nno more\n']);
});

it('ip maddr, /proc/net/igmp and netstat -g show it while it lasts', async () => {
  const m = await machine();
  const during = `${open(5000)}\n${join()}\nimport time\ntime.sleep(3)\n`;
  const held = python(m, 'web', during);
  await python(m, 'web', 'import time\ntime.sleep(1)\n');
  expect((await m.sh('ip -4 maddr show dev eth0', 'web')).stdout).toBe(
    `${/^\d+/.exec((await m.sh('ip -o link show dev eth0', 'web')).stdout)?.[0]}:\teth0\n\tinet  ${GROUP}\n\tinet  224.0.0.1\n`,
  );
  expect((await m.sh('ip maddr show dev eth0', 'web')).stdout).toContain('\tlink  01:00:5e:01:02:03\n');
  expect(await read(m, '/proc/net/igmp')).toContain(
    'eth0      :     2      V3\n\t\t\t\t030201EF     1 0:00000000\t\t0\n\t\t\t\t010000E0     1 0:00000000\t\t0\n',
  );
  expect((await m.sh('netstat -gn', 'web')).stdout).toContain(`eth0            1      ${GROUP}\n`);
  await held;
  expect((await m.sh('ip -4 maddr show dev eth0', 'web')).stdout).not.toContain(GROUP);
});

it('joins and leaves are told by IGMPv3, twice each', async () => {
  const m = await machine();
  const seen = m.sh('tcpdump -ni docker0 -c 4 -x ip proto 2');
  await python(
    m,
    'web',
    `${open(5000)}\n${join()}\nimport time\ntime.sleep(3)\n${join('IP_DROP_MEMBERSHIP')}\ntime.sleep(2)`,
  );
  const text = (await seen).stdout;
  const hex = text.replaceAll(/0x[0-9a-f]{4}:|\s/g, '');
  expect(text.match(/172\.17\.0\.2 > 224\.0\.0\.22/g)).toHaveLength(4);
  // Router alert, TTL 1; a record that it is now to be left out of nothing, then into nothing.
  expect(hex.match(/e0000016940400002200[0-9a-f]{4}0000000104000000ef010203/g)).toHaveLength(2);
  expect(hex.match(/e0000016940400002200[0-9a-f]{4}0000000103000000ef010203/g)).toHaveLength(2);
});

it('IPv6: IPV6_JOIN_GROUP by interface', async () => {
  const m = await machine();
  for (const where of ['web', 'cli'])
    m.kernel.setSysctl(m.spaces[where] as number, 'net.ipv6.conf.eth0.disable_ipv6', '0');
  await m.sh('ip link set eth0 up', 'web');
  await python(m, 'web', 'import time\ntime.sleep(3)\n');
  const eth0 = Number(/^\d+/.exec((await m.sh('ip -o link show dev eth0', 'web')).stdout)?.[0]);
  const socket6 = `import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
`;
  const heard = python(
    m,
    'web',
    `${socket6}s.bind(('', 5000))
s.settimeout(2)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, 'ff15::1234') + b'\\x${eth0.toString(16).padStart(2, '0')}\\x00\\x00\\x00')
print(s.recv(100).decode())
`,
  );
  await python(m, 'cli', 'import time\ntime.sleep(1)\n');
  expect((await m.sh('ip -6 maddr show dev eth0', 'web')).stdout).toContain('\tinet6 ff15::1234\n');
  expect(await read(m, '/proc/net/igmp6')).toContain(
    `${String(eth0).padEnd(4)} eth0            ff150000000000000000000000001234     1 00000004 0\n`,
  );
  const said = `${socket6}s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex('eth0'))
s.sendto(b'six', ('ff15::1234', 5000))
`;
  expect(await python(m, 'cli', said)).toBe('');
  expect(await heard).toBe('six\n');
  expect((await m.sh('ip -6 maddr show dev eth0', 'web')).stdout).not.toContain('ff15');
});

it('what is wrong is said', async () => {
  const m = await machine();
  const wrong = (call: string): string => `${open(5000)}
try:
    ${call}
except OSError as e:
    print(e)
`;
  expect(await python(m, 'web', wrong(join('IP_DROP_MEMBERSHIP')))).toBe(
    '[Errno 99] Cannot assign requested address\n',
  );
  expect(await python(m, 'web', wrong(`${join()}\n    ${join()}`))).toBe('[Errno 98] Address already in use\n');
  expect(await python(m, 'web', wrong(join('IP_ADD_MEMBERSHIP', '10.0.0.1')))).toBe('[Errno 22] Invalid argument\n');
});
