/** Where dockerd listens: hosts of daemon.json, -H in a drop-in of its unit, and what both say of it. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open({ hosts: 2 });
  await m.out('mkdir -p /etc/docker /etc/systemd/system/docker.service.d');
});

const DROP_IN = '/etc/systemd/system/docker.service.d/override.conf';
const put = (...lines: string[]): Promise<string> =>
  m.out(`printf '[Service]\n${lines.map((l) => `ExecStart=${l}\n`).join('')}' > ${DROP_IN}`);
const journal = async (n: number): Promise<string> =>
  (await m.lines(`journalctl -u docker -o cat -n ${n}`))[0] as string;

test('hosts conflict with the unit, until a drop-in starts dockerd without -H', async () => {
  await m.out(`echo '{"hosts":["fd://","tcp://0.0.0.0:2375"]}' > /etc/docker/daemon.json`);
  expect(await m.fails('systemctl restart docker')).toMatch(/^Job for docker\.service failed/);
  expect(await journal(4)).toContain(
    'specified both as a flag and in the configuration file: hosts: (from flag: [fd://], from file: [fd:// tcp://0.0.0.0:2375])',
  );
  await put('/usr/bin/dockerd');
  expect(await m.fails('systemctl restart docker', true)).toMatch(
    /^Warning: .* changed on disk\. Run 'systemctl daemon-r/,
  );
  await m.out('systemctl daemon-reload');
  expect(await m.fails('systemctl restart docker', true)).toBe(
    'Failed to restart docker.service: Unit docker.service has a bad unit file setting.\n' +
      "See system logs and 'systemctl status docker.service' for details. [1]",
  );
  await put('', '/usr/bin/dockerd');
  await m.out('systemctl daemon-reload; systemctl restart docker');
  expect(await m.out('systemctl status docker')).toContain(
    '\n    Drop-In: /etc/systemd/system/docker.service.d\n             └─override.conf\n     Active: active',
  );
  expect(await m.out('systemctl cat docker | tail -3')).toBe('[Service]\nExecStart=\nExecStart=/usr/bin/dockerd');
});

test('others reach it then, it was slow to start, and it warns', async () => {
  const there = await m.lab.run('node2', 'docker -H tcp://node1.lab:2375 run --rm alpine echo far');
  expect(there.stdout).toBe('far\n');
  expect(await m.out('ss -ltn | grep -c "\\*:2375"; docker ps -q; curl -s localhost:2375/_ping')).toBe('1\nOK');
  const log = await m.out('journalctl -u docker -o cat');
  expect(log).toContain('level=warning msg="Binding to IP address without --tlsverify is insecure');
  expect(log).toMatch(
    /Startup is intentionally being slowed down to show this message" host="tcp:\/\/0\.0\.0\.0:2375"/,
  );
  expect(log).toContain('msg="API listen on [::]:2375"');
  expect((await m.lab.run('node1', 'docker info')).stderr).toContain(
    '[DEPRECATION NOTICE]: API is accessible on http://0.0.0.0:2375 without encryption.\n',
  );
});

test('flags of the command line count as those of the file, and are checked', async () => {
  await m.out('rm /etc/docker/daemon.json');
  await put('', '/usr/bin/dockerd -H tcp://127.0.0.1:2375 --tls=false --mtu 1400 --label=a=b');
  await m.out('systemctl daemon-reload; systemctl restart docker');
  expect(await m.fails('docker ps')).toContain('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.');
  expect((await m.lab.run('node2', 'docker -H tcp://node1.lab:2375 ps')).exit).toBe(1);
  expect(
    await m.out("docker -H :2375 info -f '{{.Labels}}'; docker -H :2375 run --rm alpine ip link show eth0"),
  ).toMatch(/^\[a=b\]\n.* mtu 1400 /);
  await m.out('kill -9 $(pidof dockerd); sleep 9');
  expect(await m.out("docker -H :2375 info -f '{{.Labels}}'")).toBe('[a=b]');
  const refused = async (flags: string): Promise<string> => {
    await put('', `/usr/bin/dockerd ${flags}`);
    await m.out('systemctl daemon-reload');
    expect((await m.lab.run('node1', 'systemctl restart docker')).exit).toBe(1);
    return journal(4);
  };
  expect(await refused('--foo')).toBe('unknown flag: --foo');
  expect(await refused('-H ftp://x')).toBe('error parsing -H ftp://x: invalid bind address format: ftp://x');
  expect(await refused('-H tcp://192.0.2.1:99 --tls=false')).toBe(
    'failed to load listeners: listen tcp 192.0.2.1:99: bind: cannot assign requested address',
  );
  const pair =
    'invalid TLS configuration: could not load X509 key pair (cert: "/root/.docker/cert.pem", key: "/etc/k"): open';
  const secure = '-H tcp://0.0.0.0:2376 --tlsverify --tlskey /etc/k';
  expect(await refused(secure)).toBe(`${pair} /root/.docker/cert.pem: no such file or directory`);
  await m.out('mkdir -p /root/.docker; touch /root/.docker/cert.pem');
  expect(await refused(secure)).toBe(`${pair} /etc/k: no such file or directory`);
  await m.out(`rm ${DROP_IN}; systemctl daemon-reload; systemctl start docker; docker ps`);
});
