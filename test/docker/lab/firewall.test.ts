import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

/** What a command that must fail says of iptables, in one line. */
const quoted = async (command: string): Promise<string> => {
  const said = (await m.fails(command, true)).replace(/\n(?! \(exit)[\s\S]*$/, '').replace(/ \[\d+\]$/, '');
  return said.replace('\n', '\\n').replace(/^.*?(?=Unable|Failed|failed to add|add inter)/, '');
};
const NO_CHAIN = 'No chain/target/match by that name.\\n (exit status 1))';
const BRIDGE = '-o com.docker.network.bridge.name=br-x';

test('a rule that has no chain to go to is told with the command that failed', async () => {
  await m.out('iptables -t nat -F; iptables -t nat -X');
  expect(await quoted('docker run -d --name web -p 80:80 busybox top')).toBe(
    `Unable to enable DNAT rule:  (iptables failed: iptables --wait -t nat -A DOCKER -p tcp -d 0/0 --dport 80 -j DNAT --to-destination 172.17.0.2:80 ! -i docker0: iptables: ${NO_CHAIN}`,
  );
  expect(await quoted('docker run -d --name lo -p 127.0.0.1:81:80/udp busybox top')).toBe(
    `Unable to enable DNAT rule:  (iptables failed: iptables --wait -t nat -A DOCKER -p udp -d 127.0.0.1 --dport 81 -j DNAT --to-destination 172.17.0.2:80 ! -i docker0: iptables: ${NO_CHAIN}`,
  );
  expect(await m.out('docker rm -f web lo; ss -Hltun')).toBe('web\nlo');
  expect(await quoted(`docker network create ${BRIDGE} net`)).toBe(
    `Failed to Setup IP tables: Unable to enable SKIP DNAT rule:  (iptables failed: iptables --wait -t nat -I DOCKER -i br-x -j RETURN: iptables: ${NO_CHAIN}`,
  );
  // As in the real engine, the device and what was done before stay.
  expect(await m.out('ip -br link show br-x')).toContain('<BROADCAST,MULTICAST>');
  expect(await m.out('iptables -t nat -S POSTROUTING | grep br-x')).toBe(
    '-A POSTROUTING -s 172.18.0.0/16 ! -o br-x -j MASQUERADE',
  );
  await m.out('docker run --rm busybox true');
});

test('each rule has its own words', async () => {
  await m.out('iptables -t nat -N DOCKER; iptables -F; iptables -X; ip link del br-x');
  const filter = 'iptables --wait -t filter';
  expect(await quoted('docker run -d --name open -p 80:80 busybox top')).toBe(
    `Unable to enable OPEN PORT rule:  (iptables failed: ${filter} -I DOCKER ! -i docker0 -o docker0 -p tcp -d 172.17.0.2 --dport 80 -j ACCEPT: iptables: ${NO_CHAIN}`,
  );
  expect(await m.out('docker rm -f open; iptables -t nat -S DOCKER')).toBe('open\n-N DOCKER');
  const create = (options = ''): Promise<string> =>
    quoted(`docker network create ${BRIDGE} ${options} net`).finally(() => m.out('ip link del br-x'));
  const setup = 'Failed to Setup IP tables: Unable to';
  expect(await create('--internal')).toBe(
    `${setup} enable DROP INCOMING rule:  (iptables failed: ${filter} -I DOCKER-ISOLATION-STAGE-1 -i br-x ! -d 172.18.0.0/16 -j DROP: iptables: ${NO_CHAIN}`,
  );
  expect(await create('-o com.docker.network.bridge.enable_icc=false')).toBe(
    `${setup} prevent intercontainer communication:  (iptables failed: ${filter} -A DOCKER-FORWARD -i br-x -o br-x -j DROP: iptables: ${NO_CHAIN}`,
  );
  await m.out('iptables -N DOCKER-FORWARD');
  expect(await create()).toBe(
    `failed to add default-drop rule: Unable to enable DEFAULT FWD rule:  (iptables failed: ${filter} -A DOCKER ! -i br-x -o br-x -j DROP: iptables: ${NO_CHAIN}`,
  );
  for (const chain of ['DOCKER', 'DOCKER-CT', 'DOCKER-BRIDGE']) await m.out(`iptables -N ${chain}`);
  expect(await create()).toBe(
    `add inter-network communication rule:  (iptables failed: ${filter} -A DOCKER-ISOLATION-STAGE-1 -i br-x ! -o br-x -j DOCKER-ISOLATION-STAGE-2: iptables: ${NO_CHAIN}`,
  );
  expect(await m.out('iptables -S | grep br-x || true')).toBe('');
});
