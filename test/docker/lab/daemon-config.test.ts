/** /etc/docker/daemon.json: read when dockerd starts, and when it is asked to reload. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});
afterEach(async () => {
  await m.lab.run('node1', 'docker rm -fv $(docker ps -aq); docker network prune -f');
});

const put = (config: unknown): Promise<string> =>
  m.out(
    `mkdir -p /etc/docker; echo '${typeof config === 'string' ? config : JSON.stringify(config)}' > /etc/docker/daemon.json`,
  );
const restart = async (config: unknown): Promise<void> => {
  await put(config);
  await m.out('systemctl restart docker');
};
const inspect = (what: string): Promise<string> => m.out(`docker network inspect bridge -f '{{json ${what}}}'`);

test('a file that is wrong keeps the engine down, and the journal says why', async () => {
  const refused = async (config: unknown): Promise<string> => {
    await put(config);
    const { stderr, exit } = await m.lab.run('node1', 'systemctl restart docker');
    expect([stderr, exit]).toEqual([
      'Job for docker.service failed because the control process exited with error code.\n' +
        'See "systemctl status docker.service" and "journalctl -xeu docker.service" for details.\n',
      1,
    ]);
    const line = (await m.lines('journalctl -u docker -o cat -n 4'))[0] as string;
    return line.replace('unable to configure the Docker daemon with file /etc/docker/daemon.json: ', 'U: ');
  };
  expect(await refused('{"icc": false,}')).toBe(`U: invalid character '}' looking for beginning of object key string`);
  expect(await m.fails('docker ps')).toMatch(
    /^Cannot connect to the Docker daemon at unix:\/\/\/var\/run\/docker\.sock\. Is the docker daemon running\?/,
  );
  expect(await m.fails('systemctl is-active docker')).toBe(' [3]');
  expect((await m.lab.run('node1', 'systemctl is-active docker')).stdout).toBe('failed\n');
  expect((await m.lab.run('node1', 'systemctl status docker')).stdout).toMatch(
    /^× docker\.service .*\n.*\n {5}Active: failed \(Result: exit-code\) since /,
  );
  expect(await refused('{"icc": false')).toBe('U: unexpected end of JSON input');
  expect(await refused('{} x')).toBe(`U: invalid character 'x' after top-level value`);
  expect(await refused({ foo: 1, bar: { baz: 2 } })).toBe(
    "U: the following directives don't match any configuration option: foo, baz",
  );
  expect(await refused({ icc: 'no' })).toBe(
    'U: json: cannot unmarshal string into Go struct field Config.icc of type bool',
  );
  expect(await refused({ hosts: ['tcp://0.0.0.0:2375'] })).toContain('hosts: (from flag: [fd://], from file: [tcp');
  expect(await refused({ dns: ['x'] })).toBe(
    'U: merged configuration validation from file and command line flags failed: IP address is not correctly formatted: x',
  );
  expect(await refused({ 'log-driver': 'nope' })).toBe(
    "failed to start daemon: failed to set log opts: logger: no log driver named 'nope' is registered",
  );
  await m.out('rm /etc/docker/daemon.json; systemctl start docker; docker ps');
});

test('bip, fixed-cidr, default-gateway, mtu: docker0 and what containers get', async () => {
  const before = await inspect('.Id');
  await restart({ bip: '10.9.0.1/16', 'fixed-cidr': '10.9.3.0/24', 'default-gateway': '10.9.0.254', mtu: 1400 });
  expect(await inspect('.Id')).not.toBe(before);
  expect(await m.out('ip -4 -o addr show docker0')).toMatch(/^\S+ docker0 +inet 10\.9\.0\.1\/16 brd 10\.9\.255\.255 /);
  expect(await inspect('.IPAM.Config')).toBe(
    '[{"Subnet":"10.9.0.0/16","IPRange":"10.9.3.0/24","Gateway":"10.9.0.1","AuxiliaryAddresses":{"DefaultGatewayIPv4":"10.9.0.254"}}]',
  );
  const inside = await m.out('docker run --rm busybox sh -c "ip addr show eth0; ip route"');
  expect(inside).toContain('inet 10.9.3.0/16');
  expect(inside).toContain('mtu 1400');
  expect(inside).toContain('default via 10.9.0.254');
  expect(await m.out('iptables -t nat -S POSTROUTING')).toContain('-s 10.9.0.0/16 ! -o docker0 -j MASQUERADE');
  expect(await m.out('iptables -t nat -S POSTROUTING')).not.toContain('172.17.');
  await restart({ bip: '172.17.0.1/16' });
});

test('without ICC only the ports of a link are open', async () => {
  await restart({ icc: false });
  expect(await inspect('(index .Options "com.docker.network.bridge.enable_icc")')).toBe('"false"');
  expect(await m.out('iptables -S DOCKER-FORWARD')).toContain('-A DOCKER-FORWARD -i docker0 -o docker0 -j DROP');
  await m.out('docker run -d --name web nginx');
  const at = await m.out("docker inspect -f '{{.NetworkSettings.IPAddress}}' web");
  expect(await m.fails(`docker run --rm busybox wget -T 2 -qO- ${at}`)).toMatch(/timed out/);
  expect(await m.out('docker run --rm --link web busybox wget -T 2 -qO- web')).toContain('Welcome to nginx');
  await m.out('docker run -d --name cc --link web busybox top');
  const c = await m.out("docker inspect -f '{{.NetworkSettings.IPAddress}}' cc");
  expect((await m.lines('iptables -S DOCKER')).filter((l) => l.includes(c))).toEqual([
    `-A DOCKER -s ${c}/32 -d ${at}/32 -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT`,
    `-A DOCKER -s ${at}/32 -d ${c}/32 -i docker0 -o docker0 -p tcp -m tcp --sport 80 -j ACCEPT`,
  ]);
  await m.out('docker exec cc wget -T 2 -qO- web');
  // The child knows who is linked to it only when it starts: its second stop takes the rules away.
  const open = async (command: string): Promise<number> => (await m.lines(`${command} >&2; iptables -S DOCKER`)).length;
  expect(await open('docker stop -t 0 web')).toBe(4);
  expect(await open('docker start web')).toBe(4);
  expect(await open('docker stop -t 0 web')).toBe(2);
});

test('the engine makes its chains anew when it starts: networks by id, the default bridge last', async () => {
  await restart({});
  const names = ['n1', 'n2', 'n3'];
  await m.out(names.map((n) => `docker network create -o com.docker.network.bridge.name=br-${n} ${n}`).join('; '));
  await m.out('docker network create --internal -o com.docker.network.bridge.name=br-n4 n4');
  await m.out(
    'iptables -A FORWARD -i eth0 -j ACCEPT; iptables -t nat -A PREROUTING -j RETURN; iptables -I DOCKER -j LOG',
  );
  await m.out(
    'iptables -D FORWARD -j DOCKER-USER; iptables -F DOCKER-CT; sysctl -w net.ipv4.ip_forward=0; iptables -P FORWARD ACCEPT',
  );
  await m.out('systemctl restart docker');
  const byId = (await m.lines("docker network ls --no-trunc --format '{{.ID}} {{.Name}}'"))
    .sort()
    .map((l) => l.slice(65))
    .filter((n) => names.includes(n))
    .map((n) => `br-${n}`);
  const all = [...byId, 'docker0'];
  const rules = (chain: string, table = 'filter'): Promise<string[]> =>
    m.lines(`iptables -t ${table} -S ${chain} | sed 1d`);
  expect(await rules('FORWARD')).toEqual([
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -j DOCKER-FORWARD',
    '-A FORWARD -i eth0 -j ACCEPT',
  ]);
  expect(await m.out('iptables -S FORWARD | head -1; sysctl -n net.ipv4.ip_forward')).toBe('-P FORWARD DROP\n1');
  expect(await rules('DOCKER')).toEqual(all.map((b) => `-A DOCKER ! -i ${b} -o ${b} -j DROP`));
  expect(await rules('DOCKER-CT')).toEqual(
    all.map((b) => `-A DOCKER-CT -o ${b} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`),
  );
  expect((await rules('DOCKER-ISOLATION-STAGE-2')).reverse()).toEqual(
    all.map((b) => `-A DOCKER-ISOLATION-STAGE-2 -o ${b} -j DROP`),
  );
  expect(await rules('PREROUTING', 'nat')).toEqual([
    '-A PREROUTING -j RETURN',
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
  ]);
  // The rules that are outside of the engine's chains stay where they are, but those of the default bridge.
  expect((await rules('POSTROUTING', 'nat')).map((l) => l.split(' ')[6])).toEqual([
    'docker0',
    'br-n3',
    'br-n2',
    'br-n1',
  ]);
  expect((await rules('DOCKER', 'nat')).reverse()).toEqual(all.map((b) => `-A DOCKER -i ${b} -j RETURN`));
  await m.out('iptables -t nat -D PREROUTING -j RETURN; iptables -D FORWARD -i eth0 -j ACCEPT');
});

test('with live-restore containers go on without the engine: rules stay, proxies and names come back with it', async () => {
  await restart({ 'live-restore': true });
  await m.out('docker network create nn; docker run -d --name web --network nn -p 8080:80 nginx; sleep 1');
  await m.out('systemctl stop docker; ! pgrep docker-proxy');
  expect(await m.out("curl -s -m 2 $(hostname -I | cut -d' ' -f1):8080")).toContain('Welcome to nginx');
  expect(await m.fails('curl -sS -m 2 localhost:8080')).toContain('Failed to connect');
  await m.out('systemctl start docker');
  expect(await m.out('curl -s -m 2 localhost:8080')).toContain('Welcome to nginx');
  expect(await m.out('docker exec web getent hosts web')).toContain('web');
  await m.out('docker rm -f web; docker network rm nn; ! iptables -S DOCKER | grep 8080');
  await restart({});
  // An engine that is killed, or told to end, is started again; it stops what it finds.
  await m.out('docker run -d --name web --network bridge nginx');
  for (const kill of ['kill -9', 'kill']) {
    await m.out(`docker start web; ${kill} $(pidof dockerd); sleep 1`);
    expect(await m.fails('docker ps')).toContain('Cannot connect to the Docker daemon');
    expect(await m.out("sleep 30; docker ps -a --format '{{.Names}} {{.State}}'")).toBe('web exited');
  }
  // Its service manager tells of it, starts it at once when it is told to, and not at all when it is told to stop.
  const state = (): Promise<string> => m.out('systemctl is-active docker || true');
  await m.out('kill -9 $(pidof dockerd); sleep 1');
  expect(await state()).toBe('activating');
  expect(await m.out("systemctl status docker | sed -n 's/ since.*//; s/^ *Active: //p'")).toBe(
    'activating (auto-restart) (Result: signal)',
  );
  await m.out(
    'systemctl start docker; docker run -d --name slow busybox sleep 1000; kill -9 $(pidof dockerd); sleep 1',
  );
  await m.out('systemctl start docker & sleep 2; systemctl start docker; wait; docker rm slow');
  // Nobody starts a container again while the engine is away.
  await m.out('docker network create nn; docker run -d --name loop --restart always --network nn busybox sleep 1');
  await m.out('kill -9 $(pidof dockerd); sleep 9; docker rm -f loop; docker network rm nn');
  expect(await m.out('pidof dockerd')).toMatch(/^\d+$/);
  await m.out('kill -9 $(pidof dockerd); sleep 1; systemctl stop docker; sleep 10; ! pidof dockerd');
  expect(await state()).toBe('inactive');
  expect(await m.fails('docker ps')).toContain('Cannot connect to the Docker daemon');
  await m.out('systemctl start docker; docker rm web');
  await m.out('docker run -d --name web -P nginx');
  expect(await m.out('docker port web 80 | head -1')).toBe('0.0.0.0:32768');
});

test('names, pools and defaults of networks', async () => {
  await restart({
    dns: ['192.0.2.53'],
    'dns-search': ['lab.example'],
    'dns-opts': ['ndots:3'],
    'default-address-pools': [{ base: '10.200.0.0/16', size: 24 }],
    'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '1234' } },
    ip: '127.0.0.1',
  });
  const conf = await m.out('docker run --rm busybox cat /etc/resolv.conf');
  expect(conf).toMatch(/^nameserver 192\.0\.2\.53\nsearch lab\.example\noptions ndots:3$/m);
  expect(await m.out('docker run --rm --dns 192.0.2.1 busybox cat /etc/resolv.conf')).toMatch(
    /^nameserver 192\.0\.2\.1$/m,
  );
  await m.out('docker network create n1; docker network create -o com.docker.network.driver.mtu=1300 n2');
  expect(await m.out("docker network inspect n1 n2 -f '{{json .IPAM.Config}} {{json .Options}}'")).toBe(
    '[{"Subnet":"10.200.1.0/24","Gateway":"10.200.1.1"}] {"com.docker.network.driver.mtu":"1234"}\n' +
      '[{"Subnet":"10.200.2.0/24","Gateway":"10.200.2.1"}] {"com.docker.network.driver.mtu":"1300"}',
  );
  // The default bridge is the first that such pools are for.
  expect(await m.out('ip -br -4 addr show docker0')).toContain('10.200.0.1/24');
  await m.out('docker run -d --name web -p 8080:80 nginx');
  expect(await m.out('docker port web')).toBe('80/tcp -> 127.0.0.1:8080');
});

test('no rules, no masquerading, no proxy, no bridge, IPv6', async () => {
  await restart({ 'ip-masq': false });
  expect(await m.out('iptables -t nat -S POSTROUTING')).not.toContain('docker0');
  await restart({ 'userland-proxy': false });
  await m.out('docker run -d --name web -p 8080:80 nginx; sleep 1');
  expect(await m.out('pgrep docker-proxy || echo none')).toBe('none');
  expect(await m.out('ss -ltnp')).toMatch(/:8080 .*"dockerd"/);
  expect(await m.out('curl -s -m 3 localhost:8080')).toContain('Welcome to nginx');
  const host = "$(hostname -I | cut -d' ' -f1)";
  expect(await m.out(`docker run --rm --network container:web busybox wget -T 3 -qO- ${host}:8080`)).toContain(
    'Welcome to nginx',
  );
  await m.out('docker rm -f web');
  await restart({ iptables: false });
  await m.out('docker network create plain; docker run -d --name web --network plain -p 8081:80 nginx');
  expect(await m.out('iptables-save')).not.toMatch(/8081|br-/);
  await m.out('docker rm -f web; docker network rm plain');
  await restart({ ipv6: true, 'fixed-cidr-v6': '2001:db8:1::/64' });
  expect(await m.out('docker run --rm busybox ip -6 addr show eth0')).toContain('2001:db8:1::2/64');
  await restart({ bridge: 'none' });
  expect(await m.out("docker network ls --format '{{.Name}}'")).toBe('host\nnone');
  expect(await m.fails('ip link show docker0')).toMatch(/does not exist/);
  expect(await m.out('docker run --rm busybox ip -o link')).not.toContain('eth0');
  await m.out('ip link add br9 type bridge; ip addr add 10.9.9.1/24 dev br9; ip link set br9 up');
  await restart({ bridge: 'br9', 'fixed-cidr': '10.9.9.64/26', 'allow-direct-routing': true });
  expect(await m.out('docker run --rm busybox ip -o -4 addr show eth0')).toContain('10.9.9.64/24');
  await m.out('docker run -d --name web nginx');
  expect(await m.out('bridge link | grep -o "master [^ ]*"; iptables -t raw -S')).toBe(
    'master br9\n-P PREROUTING ACCEPT\n-P OUTPUT ACCEPT',
  );
  expect(await m.out("docker network inspect bridge -f '{{json .IPAM.Config}}'")).toBe(
    '[{"Subnet":"10.9.9.0/24","IPRange":"10.9.9.64/26","Gateway":"10.9.9.1"}]',
  );
  const refused = async (config: unknown): Promise<string> => {
    await put(config);
    return m.out('systemctl restart docker 2>&-; journalctl -u docker -o cat -n 4 | head -1');
  };
  const fails = 'failed to start daemon: ';
  expect(await refused({ bridge: 'br9', bip: '10.9.9.1/24' })).toBe(
    `${fails}You specified -b & --bip, mutually exclusive options. Please specify only one`,
  );
  expect(await refused({ bridge: 'br8' })).toBe(
    `${fails}Error initializing network controller: error creating default "bridge" network: bridge device with non default name br8 must be created manually`,
  );
  expect(await refused({ bip: '10.9.9' })).toBe(
    `${fails}Error initializing network controller: parse bip failed: invalid CIDR address: 10.9.9`,
  );
  expect(await refused({ iptables: false, icc: false })).toBe(
    `${fails}You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true`,
  );
  await restart({});
  expect(await m.out('docker run --rm busybox ip -o -4 addr show eth0')).toContain('172.17.');
});

test('a network that was there before follows when proxies go and come back', async () => {
  await restart({});
  await m.out('docker network create one; docker network create two');
  await m.out('docker run -d --name web --network one -p 8080:80 nginx');
  const ask = "docker run --rm --network two busybox wget -T 3 -qO- $(hostname -I | cut -d' ' -f1):8080";
  expect(await m.out(ask)).toContain('Welcome to nginx');
  await restart({ 'userland-proxy': false });
  await m.out('docker start web');
  expect(await m.out('iptables -t nat -S DOCKER')).not.toMatch(/RETURN|! -i/);
  await m.fails(ask);
  expect(await m.out('iptables -nvL DOCKER-ISOLATION-STAGE-2')).toMatch(/ [1-9]\d* +\d+ DROP /);
  await restart({});
  await m.out('docker start web');
  expect(await m.out('iptables -t nat -S DOCKER')).toContain('RETURN');
  expect(await m.out(ask)).toContain('Welcome to nginx');
  await m.out('docker rm -f web; docker network rm one two');
});

test('docker info, logs, labels; a reload takes over what it can', async () => {
  await restart({
    labels: ['zone=a'],
    'log-driver': 'local',
    'log-opts': { 'max-size': '1m' },
    'insecure-registries': ['reg.example:5000', '10.0.0.0/8'],
    'registry-mirrors': ['https://mirror.example'],
  });
  expect(await m.out("docker info -f '{{.LoggingDriver}} {{.Labels}} {{.RegistryConfig.Mirrors}} {{.Debug}}'")).toBe(
    'local [zone=a] [https://mirror.example/] false',
  );
  await m.out('docker create --name aa busybox; docker create --name bb --log-driver json-file busybox');
  expect(await m.out("docker inspect -f '{{json .HostConfig.LogConfig}}' aa")).toBe(
    '{"Type":"local","Config":{"max-size":"1m"}}',
  );
  expect(await m.out("docker inspect -f '{{.HostConfig.LogConfig.Type}}' bb")).toBe('json-file');
  const pid = await m.out('pgrep -x dockerd');
  await put({ labels: ['zone=b'], debug: true, 'live-restore': true, 'log-driver': 'json-file' });
  await m.out('systemctl reload docker');
  const shown = "docker info -f '{{.LoggingDriver}} {{.Labels}} {{.LiveRestoreEnabled}} {{.Debug}}'";
  expect(await m.out(shown)).toBe('local [zone=b] true true');
  await put({ labels: ['zone=c'] });
  await m.out('kill -HUP $(pgrep -x dockerd)');
  expect(await m.out(shown)).toBe('local [zone=c] false false');
  expect(await m.out('pgrep -x dockerd')).toBe(pid);
  await put('{');
  await m.out('systemctl reload docker');
  expect(await m.out('journalctl -u docker -o cat')).toMatch(/level=error msg=".*unexpected end of JSON input"/);
  expect(await m.out(shown)).toBe('local [zone=c] false false');
  await restart({ 'live-restore': true });
  await m.out('docker run -d --name stays busybox top');
  await m.out('systemctl restart docker');
  expect(await m.out("docker ps --format '{{.Names}}'")).toBe('stays');
});

test('rules that somebody flushed come back with the engine', async () => {
  await restart({});
  await m.out('docker network create own');
  const rules = (): Promise<string> => m.out('iptables -S; iptables -t nat -S');
  const before = await rules();
  await m.out('iptables -F; iptables -t nat -F');
  expect(await rules()).not.toBe(before);
  await m.out('systemctl restart docker');
  expect((await rules()).split('\n').sort()).toEqual(before.split('\n').sort());
});
