/** Services are reached by their virtual address, and by their published ports on every node. */
import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { type Machine, open } from './sh.ts';

let m: Machine;
let lab: Lab;

const on = async (host: string, command: string): Promise<string> => {
  const { stdout, stderr, exit } = await lab.run(host, command);
  if (exit !== 0) throw new Error(`${host}$ ${command}\n${stdout}${stderr}exit ${exit}`);
  return stdout.replace(/\n$/, '');
};
const NAMED = "sh -c 'mkdir /www; hostname > /www/index.html; httpd -f -p 80 -h /www'";
/** Who answers, one after another. */
const ask = async (host: string, url: string, times = 6): Promise<string[]> =>
  (await on(host, `for i in $(seq ${times}); do curl -sS -m 3 ${url}; done`)).split('\n');
const names = (answers: readonly string[]): number => new Set(answers).size;

beforeAll(async () => {
  m = await open({ hosts: 3 });
  ({ lab } = m);
  await m.out('docker swarm init');
  const token = await m.out('docker swarm join-token -q worker');
  for (const node of ['node2', 'node3']) await on(node, `docker swarm join --token ${token} 192.168.56.11:2377`);
  await m.out('docker network create -d overlay --attachable app');
  await m.out(`docker service create -d --name web --replicas 3 --network app --publish 8080:80 busybox ${NAMED}`);
  await m.out('sleep 10');
});

test('a published port is answered on every node, by the tasks in turn', async () => {
  for (const address of ['192.168.56.11', '192.168.56.12', '192.168.56.13'])
    expect(names(await ask('node1', `http://${address}:8080/`)), address).toBe(3);
  expect(names(await ask('node2', 'http://127.0.0.1:8080/'))).toBe(3);
  expect(await m.out('docker run --rm busybox wget -T 3 -qO- http://192.168.56.12:8080/')).toMatch(/^[0-9a-f]{12}$/);
});

test('it is led through docker_gwbridge to ingress_sbox, marked there, balanced, and taken in by a task', async () => {
  const nat = await m.lines('iptables-save -t nat');
  expect(nat).toContain('-A DOCKER-INGRESS -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:8080');
  expect(nat).toContain('-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS');
  expect(nat).toContain('-A POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE');
  expect(await m.out('iptables -S DOCKER-FORWARD 1')).toBe('-A DOCKER-FORWARD -j DOCKER-INGRESS');
  expect(await m.out('ss -Hlnt sport = :8080')).toMatch(/^LISTEN.*\*:8080/);
  const inside = 'nsenter --net=/run/docker/netns/ingress_sbox';
  expect(await m.out(`${inside} iptables -t mangle -S PREROUTING 1`)).toBe(
    '-A PREROUTING -p tcp -m tcp --dport 8080 -j MARK --set-xmark 0x100/0xffffffff',
  );
  expect(await m.out(`${inside} iptables -t nat -S POSTROUTING`)).toMatch(
    /-m ipvs --ipvs -j SNAT --to-source 10\.0\.0\.2/,
  );
  const table = await m.out(`${inside} ipvsadm -Ln`);
  expect(table).toContain('FWM  256 rr');
  expect(table.match(/-> 10\.0\.0\.\d+:0 +Masq +1 /g)?.length).toBe(3);
  const pid = await m.out("docker inspect -f '{{.State.Pid}}' $(docker ps -qf name=web | head -1)");
  expect(await m.out(`nsenter -t ${pid} -n iptables -t nat -S PREROUTING`)).toMatch(
    /--dport 8080 -j REDIRECT --to-ports 80/,
  );
});

test("a service's name is its virtual address, which answers; tasks.NAME is its tasks", async () => {
  const run = (command: string): Promise<string> => m.out(`docker run --rm --network app busybox sh -c '${command}'`);
  const vip = /"Addr":"(10\.0\.1\.\d+)/.exec(
    await m.out("docker service inspect -f '{{json .Endpoint.VirtualIPs}}' web"),
  )?.[1];
  expect(await run('nslookup web | tail -n +3')).toContain(`Address: ${vip}`);
  expect((await run('nslookup tasks.web')).match(/^Address: 10\./gm)?.length).toBe(3);
  expect(names((await run('for i in 1 2 3; do wget -T 3 -qO- http://web/; done')).split('\n'))).toBe(3);
});

test('network inspect -v shows services, their marks and tasks', async () => {
  const [app] = JSON.parse(await m.out('docker network inspect -v app'));
  expect(Object.keys(app.Services)).toEqual(['web']);
  expect(app.Services.web).toMatchObject({ Ports: [], LocalLBIndex: 257 });
  expect(app.Services.web.Tasks.map((t: { Info: unknown }) => t.Info)).toEqual(
    ['192.168.56.11', '192.168.56.12', '192.168.56.13'].map((ip) => ({ 'Host IP': ip })),
  );
  const [mesh] = JSON.parse(await m.out('docker network inspect -v ingress'));
  expect(mesh.Services.web.Ports).toEqual(['Target: 80, Publish: 8080']);
});

test('fewer tasks, another port, no service: the mesh follows', async () => {
  await m.out('docker service scale -d web=1; sleep 15');
  expect(names(await ask('node3', 'http://192.168.56.12:8080/', 3))).toBe(1);
  await m.out('docker service update -d --publish-rm 8080:80 --publish-add 8081:80 web; sleep 15');
  expect((await ask('node3', 'http://192.168.56.12:8081/', 1))[0]).toMatch(/^[0-9a-f]{12}$/);
  expect(await m.fails('curl -sS -m 3 http://192.168.56.12:8080/')).toContain('Could not connect');
  await m.out('docker service rm web; sleep 15');
  expect(await m.out("iptables-save | grep -c 'dport 808' || true")).toBe('0');
  expect(await m.out('nsenter --net=/run/docker/netns/ingress_sbox ipvsadm -Ln | wc -l')).toBe('3');
});
