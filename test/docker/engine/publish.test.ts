import { beforeAll, expect, test } from 'vitest';
import { text, utf8 } from '../../../src/base/http.ts';
import { formatIp, formatPrefix, parseIp } from '../../../src/base/ip.ts';
import type { NfRule, NfTable } from '../../../src/linux/kernel/netadmin.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';
import { makeRig, type Rig } from '../rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
});

/** A GET over a socket of the machine; `error NAME` when there is no connection. */
function get(ip: string, port: number, path = '/'): Promise<{ out: string; code: number }> {
  return rig.exec(async (sys: Sys) => {
    const fd = sys.socket(ip.includes(':') ? 'inet6' : 'inet', 'stream');
    if (typeof fd !== 'number') return 1;
    const done = await sys.connect(fd, { ip: parseIp(ip) as never, port });
    if (done !== 0) {
      await sys.write(1, utf8(`error ${done.name}`));
      return 1;
    }
    await sys.write(fd, utf8(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
    for (;;) {
      const b = await sys.read(fd);
      if (!(b instanceof Uint8Array) || b.length === 0) break;
      await sys.write(1, b);
    }
    return 0;
  });
}

async function start(name: string, host: object, image = 'training/webapp', config: object = {}): Promise<string> {
  const made = await rig.api('POST', `/containers/create?name=${name}`, { Image: image, HostConfig: host, ...config });
  const started = await rig.api('POST', `/containers/${made.body.Id}/start`);
  return started.status === 204 ? made.body.Id : `${started.status} ${started.body.message}`;
}

const bind = (port: string, ip = '', key = '5000/tcp'): object => ({
  PortBindings: { [key]: [{ HostIp: ip, HostPort: port }] },
});

/** A rule as far as the engine's rules go, in the words of iptables. */
function words(r: NfRule): string {
  const n = (m: { not: boolean }): string => (m.not ? '! ' : '');
  const t = r.target;
  return [
    r.src && `${n(r.src)}-s ${formatPrefix(r.src.value)}`,
    r.dst && `${n(r.dst)}-d ${formatPrefix(r.dst.value)}`,
    r.in && `${n(r.in)}-i ${r.in.value}`,
    r.out && `${n(r.out)}-o ${r.out.value}`,
    r.proto && `-p ${r.proto.value}`,
    r.dport && `--dport ${r.dport.value.from}`,
    t && `-j ${t.kind === 'jump' ? t.chain : t.kind}`,
    t?.kind === 'DNAT' && t.ip && `${formatIp(t.ip)}:${t.ports?.from}`,
  ]
    .filter(Boolean)
    .join(' ');
}
const rules = (table: NfTable, chain: string): string[] =>
  (
    rig.kernel
      .net(rig.kernel.hostNetns)
      .nfChains(4, table)
      .find((c) => c.name === chain)?.rules ?? []
  ).map((r) => words(r.rule));
const proxies = (): string[] =>
  rig.kernel
    .processes()
    .filter((p) => p.info.comm === 'docker-proxy')
    .map((p) => p.info.argv.slice(1).join(' '));

test('a published port: by loopback through the proxy, by the address of the host through DNAT', async () => {
  await start('web', bind('8080'));
  await rig.pass(1e9);
  expect((await get('127.0.0.1', 8080)).out).toMatch(/^HTTP\/1\.0 200 OK\r\nServer: webapp\/1\.0 .*Hello world!$/s);
  expect((await get('192.168.56.11', 8080)).out).toMatch(/Hello world!$/);
  expect((await get('::1', 8080)).out).toMatch(/Hello world!$/);
  expect((await get('172.17.0.2', 5000, '/nosuch')).out).toMatch(/404 Not Found.*Not Found\n$/s);
  const logs = text((await rig.api('GET', '/containers/web/logs?stdout=1&stderr=1')).body);
  expect(logs).toContain(' * Running on http://0.0.0.0:5000/ (Press CTRL+C to quit)\n');
  const peers = [...logs.matchAll(/([\d.]+) - - \[.*\] "GET (\S+) HTTP\/1\.1" (\d+) -\n/g)].map((m) =>
    m.slice(1).join(' '),
  );
  expect(peers).toEqual(['172.17.0.1 / 200', '192.168.56.11 / 200', '172.17.0.1 / 200', '172.17.0.1 /nosuch 404']);
});

test('its rules and processes', () => {
  expect(rules('nat', 'DOCKER')).toEqual([
    '-i docker0 -j RETURN',
    '! -i docker0 -p 6 --dport 8080 -j DNAT 172.17.0.2:5000',
  ]);
  expect(rules('nat', 'POSTROUTING')).toEqual(['-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE']);
  expect(rules('filter', 'DOCKER')).toEqual([
    '-d 172.17.0.2/32 ! -i docker0 -o docker0 -p 6 --dport 5000 -j ACCEPT',
    '! -i docker0 -o docker0 -j DROP',
  ]);
  expect(rules('raw', 'PREROUTING')).toEqual(['-d 172.17.0.2/32 ! -i docker0 -j DROP']);
  expect(proxies()).toEqual([
    '-proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 5000 -use-listen-fd',
    '-proto tcp -host-ip :: -host-port 8080 -container-ip 172.17.0.2 -container-port 5000 -use-listen-fd',
  ]);
});

test('ports that cannot be had leave nothing behind', async () => {
  const failure = (text: string): RegExp =>
    new RegExp(
      `^500 failed to set up container networking: driver failed programming external connectivity on endpoint \\w+ \\([0-9a-f]{64}\\): ${text}$`,
    );
  expect(await start('taken', bind('8080'))).toMatch(
    failure('Bind for 0.0.0.0:8080 failed: port is already allocated'),
  );
  expect(await start('nowhere', bind('85', '10.9.9.9'))).toMatch(
    failure('failed to bind host port for 10.9.9.9:85:172.17.0.3:5000/tcp: cannot assign requested address'),
  );
  expect(
    await start('sctp', bind('8097', '', '80/sctp'), 'training/webapp', { ExposedPorts: { '80/sctp': {} } }),
  ).toMatch(failure('error starting userland proxy: failed to listen on 0.0.0.0:8097: protocol not supported'));
  expect(proxies()).toHaveLength(2);
  expect(rules('raw', 'PREROUTING')).toHaveLength(1);
  expect(rules('nat', 'DOCKER')).toHaveLength(2);
  const seen = await rig.api('GET', '/containers/taken/json');
  expect(seen.body.State).toMatchObject({ Status: 'created', ExitCode: 128 });
  expect(seen.body.State.Error).toMatch(/already allocated$/);
});

test('any port, loopback only, and a network of its own', async () => {
  await start('any', { PublishAllPorts: true });
  const ports = (await rig.api('GET', '/containers/any/json')).body.NetworkSettings.Ports;
  expect(ports).toEqual({
    '5000/tcp': [
      { HostIp: '0.0.0.0', HostPort: '32768' },
      { HostIp: '::', HostPort: '32768' },
    ],
  });
  const net = await rig.api('POST', '/networks/create', { Name: 'mynet' });
  const br = `br-${net.body.Id.slice(0, 12)}`;
  await start('front', { ...bind('8081', '127.0.0.1'), NetworkMode: 'mynet' });
  expect(rules('nat', 'DOCKER')).toEqual([
    `-i ${br} -j RETURN`,
    '-i docker0 -j RETURN',
    '! -i docker0 -p 6 --dport 8080 -j DNAT 172.17.0.2:5000',
    '! -i docker0 -p 6 --dport 32768 -j DNAT 172.17.0.3:5000',
    `-d 127.0.0.1/32 ! -i ${br} -p 6 --dport 8081 -j DNAT 172.18.0.2:5000`,
  ]);
  expect(rules('raw', 'PREROUTING').slice(2)).toEqual([
    `-d 172.18.0.2/32 ! -i ${br} -j DROP`,
    '-d 127.0.0.1/32 ! -i lo -p 6 --dport 8081 -j DROP',
  ]);
  expect(rules('filter', 'DOCKER-ISOLATION-STAGE-2')).toEqual([`-o ${br} -j DROP`, '-o docker0 -j DROP']);
  await rig.pass(1e9);
  expect((await get('127.0.0.1', 8081)).out).toMatch(/Hello world!$/);
  expect((await get('192.168.56.11', 8081)).out).toBe('error ECONNREFUSED');
});

test('clean takes everything away', async () => {
  await rig.run(rig.dockerd.clean());
  expect(proxies()).toEqual([]);
  expect(rules('nat', 'DOCKER')).toEqual(['-i docker0 -j RETURN']);
  expect(rules('raw', 'PREROUTING')).toEqual([]);
  const net = rig.kernel.net(rig.kernel.hostNetns);
  expect(net.links().map((l) => l.name)).toEqual(['lo', 'eth0', 'docker0']);
  expect((await get('127.0.0.1', 8080)).out).toBe('error ECONNREFUSED');
});
