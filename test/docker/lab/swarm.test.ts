/** A swarm of one node, as people use it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { bugs } from '../../rig.ts';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

const json = async <T>(command: string): Promise<T> => JSON.parse(await m.out(command)) as T;

describe('docker swarm', () => {
  test('init: a manager, its tokens, its sockets, its networks', async () => {
    const said = await m.out('docker swarm init');
    const id = /current node \(([0-9a-z]{25})\) is now a manager/.exec(said)?.[1];
    expect(said).toMatch(/docker swarm join --token SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25} 192\.168\.56\.11:2377$/m);
    expect(await m.fails('docker swarm init')).toContain('This node is already part of a swarm.');
    expect(await m.out('docker node ls --format "{{.ID}} {{.Self}} {{.Status}} {{.ManagerStatus}}"')).toBe(
      `${id} true Ready Leader`,
    );
    expect(await m.out("ss -tuln | awk '{print $1, $5}' | tail -n +2 | sort")).toBe(
      ['tcp *:2377', 'tcp *:7946', 'udp *:7946', 'udp 0.0.0.0:4789'].join('\n'),
    );
    expect(await m.out("docker network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'")).toBe(
      [
        'bridge bridge local',
        'docker_gwbridge bridge local',
        'host host local',
        'ingress overlay swarm',
        'none null local',
      ].join('\n'),
    );
    expect(await m.out('nsenter --net=/run/docker/netns/ingress_sbox ip -br -4 addr')).toMatch(
      /eth0@\S+ +UP +10\.0\.0\.2\/24 \neth1@\S+ +UP +172\.18\.0\.2\/16/,
    );
    expect(await m.out(`nsenter --net=$(ls -d /run/docker/netns/1-*) ip -d link show vxlan0`)).toMatch(
      /mtu 1450 .*vxlan id 4096 .*dstport 4789 .*proxy l2miss l3miss/s,
    );
    expect(await m.out('curl -sI --unix-socket /run/docker.sock http://x/_ping | grep Swarm')).toContain(
      'active/manager',
    );
  });

  test('tokens turn, and name the CA; the CA turns with them', async () => {
    const token = (role: string) => m.out(`docker swarm join-token -q ${role}`);
    const before = await token('worker');
    expect(await m.out('docker swarm join-token --rotate worker')).toContain('Successfully rotated worker join token.');
    const after = await token('worker');
    expect(after).not.toBe(before);
    expect(after.split('-')[2]).toBe(before.split('-')[2]);
    const root = await m.out('docker swarm ca');
    await m.out('docker swarm ca --rotate -q');
    expect(await m.out('docker swarm ca')).not.toBe(root);
    expect((await token('manager')).split('-')[2]).not.toBe(after.split('-')[2]);
    expect(await m.out("docker node ls --format '{{.TLSStatus}}'")).toBe('Ready');
    expect(await m.fails('docker swarm join-token boss')).toBe('unknown role boss [1]');
  });

  test('nodes: labels, availability, what the last manager may not', async () => {
    await m.out('docker node update --label-add zone=a --availability pause node1');
    expect(await json('docker node inspect -f "{{json .Spec}}" self')).toEqual({
      Availability: 'pause',
      Labels: { zone: 'a' },
      Role: 'manager',
    });
    expect(await m.fails('docker node update --label-rm nosuch node1')).toContain(
      "key nosuch doesn't exist in node's labels",
    );
    await m.out('docker node update --label-rm zone --availability active node1');
    expect(await m.fails('docker node demote node1')).toBe(
      'rpc error: code = FailedPrecondition desc = attempting to demote the last manager of the swarm [1]',
    );
    expect(await m.fails('docker node rm node1')).toContain('It must be demoted to worker before removal');
    expect(await m.fails('docker node inspect nosuch', true)).toContain('node nosuch not found');
    const old =
      "curl -s --unix-socket /run/docker.sock -H 'Content-Type: application/json' -d '{}' http://x/swarm/update?version=1";
    expect(await m.out(old)).toBe('{"message":"rpc error: code = Unknown desc = update out of sequence"}');
  });

  test('a locked manager waits for its key after a restart', async () => {
    const said = await m.out('docker swarm update --autolock=true');
    const key = /SWMKEY-1-\S{43}/.exec(said)?.[0] as string;
    expect(await m.out('docker swarm unlock-key -q')).toBe(key);
    expect(await m.fails('docker swarm unlock')).toBe('Error: swarm is not locked [1]');
    await m.out('systemctl restart docker');
    expect(await m.fails('docker node ls')).toContain('Swarm is encrypted and needs to be unlocked');
    expect(await m.fails('docker swarm leave')).toContain('Swarm is encrypted and locked.');
    expect(await m.fails('echo SWMKEY-1-7c37Cc8654o6p38HnroywCi19pllOnGtbdZEgtKxZu8 | docker swarm unlock')).toBe(
      'swarm could not be unlocked: invalid key provided [1]',
    );
    await m.out(`echo ${key} | docker swarm unlock`);
    expect(await m.out('docker node ls -q')).toHaveLength(25);
    expect(await m.out('ss -tln | grep -c ":2377\\|:7946"')).toBe('2');
    await m.out('docker swarm update --autolock=false');
    expect(await m.fails('docker swarm unlock-key')).toBe('no unlock key is set [1]');
  });

  test('leave takes everything along but docker_gwbridge', async () => {
    expect(await m.fails('docker swarm leave')).toContain(
      'Removing the last manager erases all current state of the swarm.',
    );
    expect(await m.out('docker swarm leave --force')).toBe('Node left the swarm.');
    expect(await m.fails('docker swarm leave')).toBe('This node is not part of a swarm [1]');
    expect(await m.out("docker network ls --format '{{.Name}}'")).toBe('bridge\ndocker_gwbridge\nhost\nnone');
    expect(await m.out('ls /run/docker/netns')).toBe('');
    expect(await m.out('ss -tuln | tail -n +2')).toBe('');
  });

  test('with several addresses one has to be named', async () => {
    await m.out('ip addr add 192.168.57.1/24 dev eth0');
    expect(await m.fails('docker swarm init')).toBe(
      'could not choose an IP address to advertise since this system has multiple addresses on interface eth0 ' +
        '(192.168.56.11 and 192.168.57.1) - specify one with --advertise-addr [1]',
    );
    expect(await m.fails('docker swarm init --advertise-addr eth0')).toBe(
      'interface eth0 has more than one IPv4 address (192.168.56.11 and 192.168.57.1) [1]',
    );
    await m.out(
      'ip addr del 192.168.57.1/24 dev eth0; ip link add d0 type dummy; ip addr add 10.99.0.1/24 dev d0; ip link set d0 up',
    );
    expect(await m.fails('docker swarm init')).toContain(
      'different interfaces (192.168.56.11 on eth0 and 10.99.0.1 on d0)',
    );
    expect(await m.fails('docker swarm init --advertise-addr 0.0.0.0')).toContain('must be a non-zero IP address');
    expect(await m.fails('docker swarm init --advertise-addr d0 --data-path-port 80')).toContain('1024 to 49151');
    expect(await m.out('docker swarm init --advertise-addr d0')).toContain(' 10.99.0.1:2377');
    await m.out('docker swarm leave -f; ip link del d0');
    await m.out('nc -lk -p 2377 >/dev/null & sleep 1');
    expect(await m.fails('docker swarm init')).toBe(
      'manager stopped: failed to listen on remote API address: listen tcp 0.0.0.0:2377: bind: address already in use [1]',
    );
    await m.out('pkill nc; sleep 1');
  });
});

describe('networks of the swarm', () => {
  test('come to the machine with the first container and go with the last', async () => {
    await m.out('docker swarm init --default-addr-pool 10.20.0.0/16 --default-addr-pool-mask-length 26');
    await m.out('docker network create -d overlay --attachable att');
    await m.out('docker network create -d overlay --internal --attachable in');
    await m.out('docker network create -d overlay shut');
    expect(await m.out("docker network inspect -f '{{json .IPAM.Config}} {{json .Containers}}' att")).toBe(
      '[{"Subnet":"10.20.0.64/26","Gateway":"10.20.0.65"}] null',
    );
    await m.out('docker run -itd --name c1 --net att busybox; docker run -itd --name c2 --net att busybox');
    expect(await m.out('docker exec c1 ping -c 1 c2')).toContain('64 bytes from 10.20.0.68');
    expect(await m.out('docker exec c1 ping -c 1 203.0.113.10')).toContain('1 packets received');
    expect(await m.out('docker exec c1 ip -4 -o addr')).toMatch(
      /eth0 +inet 10\.20\.0\.66\/26.*eth1 +inet 172\.18\.0\.3\/16/s,
    );
    expect(await m.out("docker network inspect -f '{{range .Containers}}{{.Name}} {{end}}' docker_gwbridge")).toMatch(
      /^gateway_[0-9a-f]{12} gateway_[0-9a-f]{12} gateway_ingress-sbox $/,
    );
    expect(await m.fails('docker network rm att')).toMatch(
      /code = FailedPrecondition desc = network \w{25} is in use by task \w{25}/,
    );
    expect(await m.fails('docker run -d --name c3 --net shut busybox', true)).toContain(
      'Could not attach to network shut: rpc error: code = PermissionDenied desc = network shut not manually attachable',
    );
    await m.out('docker rm c3; docker rm -f c1 c2');
    expect(await m.out('ls /run/docker/netns | grep -c att; ls /run/docker/netns | wc -l')).toBe('0\n2');
    await m.out('docker run -itd --name c4 --net in busybox');
    expect(await m.out('docker exec c4 ip route')).not.toContain('default');
    await m.out('docker rm -f c4; docker network rm att in shut');
  });

  test('a subnet that another has leaves a network without a driver', async () => {
    await m.out(
      'docker network create -d overlay --subnet 10.30.0.0/24 one; docker network create -d overlay --subnet 10.30.0.0/16 two',
    );
    expect(await m.out("docker network ls -f scope=swarm --format '{{.Name}} {{.Driver}}'")).toBe(
      'ingress overlay\none overlay\ntwo ',
    );
    await m.out('docker network rm one two');
  });
});

describe('services', () => {
  test('as many tasks as are asked for, each a container, named and reached', async () => {
    await m.out('docker network create -d overlay net');
    await m.out('docker service create -q --name rr --network net --endpoint-mode dnsrr --replicas 2 training/webapp');
    await m.out('docker service create -q --name cli --network net training/webapp sleep 100000');
    expect(await m.out("docker service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'")).toBe(
      'cli replicated 1/1\nrr replicated 2/2',
    );
    const cli = 'docker exec $(docker ps -q -f name=cli.1)';
    expect(await m.out(`${cli} curl -sS http://rr:5000/`)).toBe('Hello world!');
    expect((await m.lines(`${cli} nslookup tasks.rr | grep ^Address | tail -n +2`)).length).toBe(2);
    expect(await m.fails('docker network rm net')).toContain('is in use by service');
    expect(await m.out('docker service ps -q -f label=nosuch rr; docker service ls -q -f runtime=plugin')).toBe('');
  });

  test('what ends comes again after a while; what is scaled down goes', async () => {
    await m.out('docker kill $(docker ps -q -f name=cli.1)');
    await m.out('sleep 2');
    expect(await m.out("docker service ps cli --format '{{.DesiredState}} {{.Error}}'")).toBe(
      'Ready \nShutdown "task: non-zero exit (137)"',
    );
    await m.out('sleep 5');
    expect(await m.out("docker service ps cli -f desired-state=running --format '{{.CurrentState}}'")).toMatch(
      /^Running/,
    );
    await m.out('docker service scale -d rr=1; sleep 12');
    expect(await m.out("docker service ps rr --format '{{.Name}}'")).toBe('rr.1');
    expect(await m.out('docker ps -aq -f name=rr | wc -l')).toBe('1');
  });

  test('a drained node has no tasks', async () => {
    await m.out('docker node update --availability drain node1; sleep 12');
    expect(await m.out('docker ps -q')).toBe('');
    expect(
      await m.out("docker service ps rr -f desired-state=running --no-trunc --format '{{.CurrentState}} {{.Error}}'"),
    ).toMatch(/^Pending .* "no suitable node \(1 node not available for new tasks\)"$/);
    await m.out('docker node update --availability active node1; sleep 2');
    expect(await m.out("docker service ls --format '{{.Replicas}}'")).toBe('1/1\n1/1');
  });

  test('ports: on the node itself they are published, those of the swarm are held', async () => {
    await m.out('docker service create -q --name web --mode global --publish mode=host,target=80,published=8088 nginx');
    expect(await m.out('curl -s -o /dev/null -w "%{http_code}" http://192.168.56.11:8088/')).toBe('200');
    await m.out('docker service create -d --name in --publish 80 nginx');
    expect(await m.out("docker service ls -f name=in --format '{{.Ports}}'")).toBe('*:30000->80/tcp');
    expect(await m.fails('docker service create -d --publish 30000:80 nginx')).toMatch(
      /port '30000' is already in use by service 'in' \(\w{25}\) as an ingress port/,
    );
    expect(await m.fails('docker service create -d --endpoint-mode dnsrr --publish 90:80 nginx')).toContain(
      "port published with ingress mode can't be used with dnsrr mode",
    );
  });

  const create = (body: object): Promise<string> =>
    m.out(
      'curl -s --unix-socket /run/docker.sock -H Content-Type:application/json ' +
        `-d '${JSON.stringify({ Name: 'wait', ...body })}' http://x/services/create`,
    );
  const task = (more: object): object => ({ TaskTemplate: { ContainerSpec: { Image: 'nginx' }, ...more } });

  test('what a node has not, or has too many of, keeps tasks waiting, and they say why', async () => {
    const why = async (body: object): Promise<string> => {
      await create({ Mode: { Replicated: { Replicas: 2 } }, ...body });
      await m.out('sleep 6');
      const errors = await m.lines("docker service ps wait --no-trunc --format '{{.Error}}' | sort -u");
      await m.out('docker service rm wait; sleep 2');
      return errors.join('');
    };
    expect(await why(task({ Placement: { MaxReplicas: 1 } }))).toBe(
      '"no suitable node (max replicas per node limit exceed)"',
    );
    expect(await why(task({ Resources: { Reservations: { NanoCPUs: 2e9 } } }))).toBe(
      '"no suitable node (insufficient resources on 1 node)"',
    );
    const Ports = [{ TargetPort: 80, PublishedPort: 8099, PublishMode: 'host' }];
    expect(await why({ ...task({}), EndpointSpec: { Ports } })).toBe(
      '"no suitable node (host-mode port already in use on 1 node)"',
    );
  });

  test('what is missing or makes no sense is refused', async () => {
    const cases: [object, string][] = [
      [{}, 'TaskSpec: missing runtime'],
      [{ TaskTemplate: { ContainerSpec: { Image: 'A B' } } }, 'ContainerSpec: \\"A B\\" is not a valid repository/tag'],
      [task({ Resources: { Limits: { NanoCPUs: 5 } } }), 'invalid cpu value 5e-9: Must be at least 0.001'],
      [task({ Resources: { Reservations: { MemoryBytes: 5 } } }), 'invalid memory value 5: Must be at least 4MiB'],
      [{ ...task({}), UpdateConfig: { MaxFailureRatio: 2 } }, 'TaskSpec: update-maxfailureratio cannot be less than 0'],
      [{ ...task({}), Mode: { GlobalJob: {} }, UpdateConfig: {} }, 'Jobs may not have an update config'],
    ];
    for (const [body, text] of cases) expect(await create(body)).toContain(text);
  });

  test('an image that is not there is tried again, not at once', async () => {
    await m.out('docker service create -d --name bad nosuchimage; sleep 8');
    const tried = await m.lines("docker service ps bad --no-trunc --format '{{.Error}}'");
    expect(tried.length).toBeLessThanOrEqual(3);
    expect(tried[0]).toBe('"No such image: nosuchimage:latest"');
  });

  test('one that fails comes again no more often than it may, and again after a change', async () => {
    await m.out('docker service create -d --name once --init --restart-max-attempts 1 --restart-delay 1s nginx false');
    await m.out('sleep 15');
    expect(await m.lines("docker service ps once --format '{{.CurrentState}}'")).toEqual([
      expect.stringMatching(/^Failed/),
      expect.stringMatching(/^Failed/),
    ]);
    expect(await m.out("docker inspect -f '{{.HostConfig.Init}}' $(docker ps -alq -f name=once)")).toBe('true');
    await m.out('docker service update -d --env-add A=1 once; sleep 15');
    expect(await m.lines('docker service ps -q once')).toHaveLength(4);
    await m.out('docker service rm once');
  });

  test('templates see Go structs: all that came, and what did not come as empty', async () => {
    const [task = ''] = await m.lines('docker service ps -q --no-trunc rr');
    for (const name of ['rr', 'web', 'in', task, '$(docker node ls -q)']) {
      const [whole] = JSON.parse(await m.out(`docker inspect ${name}`)) as unknown[];
      expect(JSON.parse(await m.out(`docker inspect -f '{{json .}}' ${name}`))).toEqual(whole);
    }
    expect(await m.out("docker service inspect -f '{{.UpdateStatus}} {{.Spec.TaskTemplate.LogDriver}}' rr")).toBe(
      '<nil> <nil>',
    );
    expect(await m.out("docker node inspect -f '{{.Spec.Annotations.Name}}{{.ManagerStatus.Leader}}' self")).toBe(
      'true',
    );
    expect(await m.fails("docker service inspect -f '{{.UpdateStatus.State}}' rr")).toContain(
      'map has no entry for key "UpdateStatus"',
    );
  });

  test('an update counts the tasks of the new spec only', async () => {
    const said = await m.lines('docker service update --env-add A=1 rr');
    expect(said.slice(0, 2)).toEqual(['rr', 'overall progress: 0 out of 1 tasks']);
    expect(said.at(-1)).toBe('verify: Service rr converged');
    expect(await m.out("docker service ps rr -f desired-state=running --format '{{.CurrentState}}'")).toMatch(
      /^Running/,
    );
  });

  test('tasks have their mounts; one place is mounted once', async () => {
    const spec = (Mounts: object[]): string =>
      JSON.stringify({ Name: 'mounted', TaskTemplate: { ContainerSpec: { Image: 'nginx', Mounts } } });
    const send = "curl -s --unix-socket /run/docker.sock -H 'Content-Type: application/json' -d";
    const volume = { Type: 'volume', Source: 'vol', Target: '/x' };
    expect(await m.out(`${send} '${spec([volume, volume])}' http://x/services/create`)).toContain(
      'duplicate mount point: /x',
    );
    await m.out(`${send} '${spec([volume])}' http://x/services/create; sleep 3`);
    expect(await m.out("docker inspect -f '{{(index .Mounts 0).Name}}' $(docker ps -qf name=mounted)")).toBe('vol');
    await m.out('docker service rm mounted; sleep 1');
  });

  test('an external CA names its protocol and its place', async () => {
    expect(await m.fails('docker swarm update --external-ca url=https://ca')).toContain('needs a protocol= parameter');
    expect(await m.fails('docker swarm update --external-ca protocol=x,url=https://ca')).toContain(
      'unrecognized external CA protocol x',
    );
  });

  test('leaving the swarm takes the containers along', async () => {
    await m.out('docker service rm cli');
    expect(await m.fails('docker service inspect cli', true)).toBe('Error: no such service: cli [1]');
    await m.out('docker swarm leave -f');
    expect(await m.out('docker ps -aq; ls /run/docker/netns')).toBe('');
    expect(await m.fails('docker service ls')).toContain('This node is not a swarm manager.');
    expect(bugs(m.lab)).toEqual([]);
  });
});
