/** A swarm of several machines: joining, networks that reach over them, tasks on all, nodes that go. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

let lab: Lab;
/** Standard output of a command that must succeed. */
async function on(host: string, command: string): Promise<string> {
  const { stdout, stderr, exit } = await lab.run(host, command);
  if (exit !== 0) throw new Error(`${host}$ ${command}\n${stdout}${stderr}exit ${exit}`);
  return stdout.trimEnd();
}
/** What a command that must fail says. */
async function fails(host: string, command: string): Promise<string> {
  const { stderr, exit } = await lab.run(host, command);
  expect(exit, command).not.toBe(0);
  return stderr.split('\n')[0]?.replace('Error response from daemon: ', '') ?? '';
}
const nodes = (): Promise<string> => on('node1', "docker node ls --format '{{.Hostname}} {{.Status}}'");

beforeAll(async () => {
  lab = await makeLab(1, {});
  await on('node1', 'docker swarm init');
});

describe('joining', () => {
  test('asks a manager over the network, with a token that names its CA', async () => {
    const token = await on('node1', 'docker swarm join-token -q worker');
    const join = (t: string, to = '192.168.56.11:2377'): string => `docker swarm join --token ${t} ${to}`;
    expect(await fails('node2', join('foo'))).toBe('invalid join token');
    const other = 'SWMTKN-1-3pu6hszjas19xyp7ghgosyx9k8atbfcr8p2is99znpy26u2lkl-1awxwuwd3z9j1z3puu7rcgdbx';
    expect(await fails('node2', join(other))).toBe(
      'remote CA does not match fingerprint. Expected: 9529c6f3c5558ac3ec02b338a52d3c5434e0835a8af6f1e124649e87afaa2fb5',
    );
    const stale = `${token.slice(0, -25)}${'0'.repeat(25)}`;
    for (const command of ['docker swarm join 192.168.56.11:2377', join(stale)])
      expect(await fails('node2', command)).toBe(
        'rpc error: code = InvalidArgument desc = A valid join token is necessary to join this cluster',
      );
    expect(await fails('node2', join(token, '192.168.56.13:2377'))).toContain(
      'dial tcp 192.168.56.13:2377: connect: connection refused',
    );
    expect(await fails('node2', join(await on('node1', 'docker swarm join-token -q manager')))).toContain(
      'several managers',
    );
    await on('node1', 'iptables -I INPUT -p tcp --dport 2377 -j DROP');
    expect(await fails('node2', join(token))).toContain('Timeout was reached before node joined.');
    await on('node1', 'iptables -D INPUT -p tcp --dport 2377 -j DROP');
    for (const host of ['node2', 'node3'])
      expect(await on(host, join(token))).toBe('This node joined a swarm as a worker.');
    expect(await nodes()).toBe('node1 Ready\nnode2 Ready\nnode3 Ready');
    expect(await fails('node2', 'docker node ls')).toContain(
      "Worker nodes can't be used to view or modify cluster state.",
    );
    expect(
      await on(
        'node2',
        "docker info -f '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}} {{(index .Swarm.RemoteManagers 0).Addr}}'",
      ),
    ).toBe('active false 192.168.56.11:2377');
    expect(await on('node2', "ss -tnp | awk '/2377/ {print $1, $5}'")).toBe('ESTAB 192.168.56.11:2377');
    expect(await on('node1', "docker node inspect -f '{{.Status.Addr}}' node3")).toBe('192.168.56.13');
  });
});

describe('an overlay network', () => {
  test('carries frames in VXLAN between machines, and names', async () => {
    await on('node1', 'docker network create -d overlay --attachable --subnet 10.10.0.0/24 att');
    await on('node1', 'docker run -itd --name c1 --net att busybox');
    expect(await on('node2', "docker network ls -f scope=swarm --format '{{.Name}}'")).toBe('ingress');
    await on('node2', 'docker run -itd --name c2 --net att busybox');
    expect(await on('node2', "docker network ls -f scope=swarm --format '{{.Name}}'")).toBe('att\ningress');
    await on(
      'node1',
      '(timeout 5 tcpdump -n -i eth0 udp port 4789 > /tmp/vx 2>/dev/null &); sleep 1; docker exec c1 ping -c 2 c2',
    );
    await on('node1', 'sleep 5');
    expect(await on('node1', 'cat /tmp/vx')).toMatch(
      /192\.168\.56\.11\.\d+ > 192\.168\.56\.12\.4789: VXLAN, flags \[I\] \(0x08\), vni 4097\s+IP 10\.10\.0\.2 > 10\.10\.0\.4: ICMP echo request/,
    );
    expect(await on('node2', 'docker exec c2 ping -c 1 c1.att')).toContain('64 bytes from 10.10.0.2');
    expect(await on('node1', "docker network inspect -f '{{range .Peers}}{{.IP}} {{end}}' att")).toBe(
      '192.168.56.11 192.168.56.12',
    );
    const ns = await on('node1', 'ls -d /run/docker/netns/1-*').then((all) => all.split('\n'));
    const tables = await Promise.all(
      ns.map((n) => on('node1', `nsenter --net=${n} bridge fdb; nsenter --net=${n} ip neigh`)),
    );
    expect(tables.join('\n')).toContain('02:42:0a:0a:00:04 dev vxlan0 dst 192.168.56.12 link-netnsid 0 self permanent');
    expect(tables.join('\n')).toContain('10.10.0.4 dev vxlan0 lladdr 02:42:0a:0a:00:04 PERMANENT');
    expect(await fails('node1', 'docker network rm att')).toContain('is in use by task');
    await on('node2', 'docker rm -f c2');
    expect(await on('node2', "docker network ls -f scope=swarm --format '{{.Name}}'")).toBe('ingress');
    await on('node1', 'docker rm -f c1; sleep 1; docker network rm att');
  });
});

describe('services', () => {
  test('their tasks are spread over the nodes and found by name from each', async () => {
    await on('node1', 'docker network create -d overlay net');
    await on(
      'node1',
      'docker service create -q --name rr --network net --endpoint-mode dnsrr --replicas 3 training/webapp',
    );
    await on(
      'node1',
      'docker service create -q --name cli --network net --constraint node.hostname==node2 training/webapp sleep 10000',
    );
    expect(await on('node1', "docker service ps rr --format '{{.Name}} {{.Node}}'")).toBe(
      'rr.1 node1\nrr.2 node2\nrr.3 node3',
    );
    const cli = 'docker exec $(docker ps -q -f name=cli.1)';
    const found = await on('node2', `${cli} nslookup tasks.rr | awk '/^Address/ && !/127/ {print $2}'`);
    expect(found.split('\n')).toHaveLength(3);
    for (const ip of found.split('\n'))
      expect(await on('node2', `${cli} curl -sS --max-time 3 http://${ip}:5000/`)).toBe('Hello world!');
  });

  test('an update takes one place after another', async () => {
    await on('node1', 'docker service update -d --env-add A=1 rr; sleep 4');
    expect(await on('node1', "docker service ps rr --format '{{.Name}} {{.DesiredState}}'")).toBe(
      'rr.1 Ready\nrr.1 Shutdown\nrr.2 Running\nrr.3 Running',
    );
    await on('node1', 'sleep 40');
    const env = await on('node3', "docker inspect -f '{{json .Config.Env}}' $(docker ps -q -f name=rr.3)");
    expect(env).toContain('A=1');
    expect(await on('node1', "docker service ls -f name=rr --format '{{.Replicas}}'")).toBe('3/3');
  });

  test('a drained node gives its tasks to others', async () => {
    await on('node1', 'docker node update --availability drain node3; sleep 15');
    expect(await on('node3', 'docker ps -q')).toBe('');
    expect(await on('node1', "docker service ls -f name=rr --format '{{.Replicas}}'")).toBe('3/3');
    await on('node1', 'docker node update --availability active node3');
  });
});

describe('nodes that go', () => {
  test('one that is not heard is down, comes back, and its tasks are elsewhere', async () => {
    await on('node2', 'ip link set eth0 down; sleep 25');
    expect(await nodes()).toBe('node1 Ready\nnode2 Down\nnode3 Ready');
    expect(await on('node1', "docker service ps cli -f desired-state=running --no-trunc --format '{{.Error}}'")).toBe(
      '"no suitable node (scheduling constraints not satisfied on 2 nodes; 1 node not available for new tasks)"',
    );
    await on('node2', 'ip link set eth0 up; ip route add default via 192.168.56.1; sleep 90');
    expect(await nodes()).toBe('node1 Ready\nnode2 Ready\nnode3 Ready');
    expect(await on('node1', "docker service ls -f name=cli --format '{{.Replicas}}'")).toBe('1/1');
  });

  test('an engine starts again, also one that was killed, and is back', async () => {
    for (const [node, command] of [
      ['node3', 'systemctl restart docker'],
      ['node3', 'kill -9 $(pidof dockerd)'],
      ['node1', 'kill -9 $(pidof dockerd)'],
    ] as const) {
      await on(node, `${command}; sleep 30`);
      expect(await nodes(), `${node}: ${command}`).toBe('node1 Ready\nnode2 Ready\nnode3 Ready');
    }
  });

  test('leaving needs no force of a worker; a node is removed when it is down', async () => {
    expect(await on('node3', 'docker swarm leave')).toBe('Node left the swarm.');
    expect(await on('node3', "docker network ls --format '{{.Name}}'; docker ps -aq")).toBe(
      'bridge\ndocker_gwbridge\nhost\nnone',
    );
    expect(await fails('node1', 'docker node rm node3')).toMatch(
      /code = FailedPrecondition desc = node \w{25} is not down and can't be removed/,
    );
    await on('node1', 'sleep 20; docker node rm node3');
    await on('node1', 'docker service rm rr cli; sleep 12; docker node rm --force node2');
    await on('node2', 'docker swarm leave');
    await on('node1', 'docker swarm leave --force');
    expect(bugs(lab)).toEqual([]);
  });
});
