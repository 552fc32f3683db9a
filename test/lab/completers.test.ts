/** Tab behind commands of the network: objects, verbs, devices, chains, options. */
import { beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { ctrl, Person } from '../person.ts';
import { makeLab } from '../rig.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await makeLab(1, { hosts: 1 });
  await lab.run('node1', 'ip netns add red; ip netns add blue; iptables -N WEB');
});

/** What is typed, and the line or the list that two Tabs leave. */
const CASES: readonly (readonly [string, string])[] = [
  ['ip li', 'ip link '],
  ['ip link ', 'add     change  delete  help    set     show'],
  ['ip link set ', 'docker0  eth0     lo'],
  ['ip addr add 10.9.0.1/24 dev e', 'ip addr add 10.9.0.1/24 dev eth0 '],
  ['ip netns exec ', 'blue  red'],
  ['sudo ip ro', 'sudo ip route '],
  ['iptables -t n', 'iptables -t nat '],
  ['iptables -t nat -A P', 'POSTROUTING  PREROUTING'],
  ['iptables -A DOCKER-U', 'iptables -A DOCKER-USER '],
  ['iptables -t nat -A POSTROUTING -j M', 'iptables -t nat -A POSTROUTING -j MA'],
  ['iptables -A FORWARD -j WE', 'iptables -A FORWARD -j WEB '],
  ['iptables --line', 'iptables --line-numbers '],
  ['tcpdump -i d', 'tcpdump -i docker0 '],
  ['ss state est', 'ss state established '],
  ['sysctl net.ipv4.ip_fo', 'sysctl net.ipv4.ip_forward'],
  ['kill -TE', 'kill -TERM '],
  ['bridge f', 'bridge fdb '],
  ['ls --human', 'ls --human-readable '],
  ['systemctl resta', 'systemctl restart docker.service '],
];

it('offers what this machine has', async () => {
  const p = await Person.at(lab);
  const seen: [string, string][] = [];
  for (const [keys] of CASES) {
    await p.types(`${ctrl('L')}${keys}\t\t`);
    const rows = p.screen.text.split('\n');
    seen.push([keys, rows.length > 1 ? (rows[1] as string) : p.toCursor().replace('root@node1:~# ', '')]);
    await p.types(ctrl('U'));
  }
  expect(seen).toEqual(CASES);
});
