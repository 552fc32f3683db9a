import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

test('the container is looked for before the network', async () => {
  expect(await m.fails('docker network connect nonet noctr')).toBe('No such container: noctr [1]');
  expect(await m.fails('docker network disconnect nonet noctr')).toBe('No such container: noctr [1]');
  expect(await m.fails('docker network disconnect -f nonet noctr')).toBe('network nonet not found [1]');
  expect(await m.fails('docker network disconnect -f bridge noctr')).toBe('endpoint noctr not found [1]');
});

test('a container that does not run takes any network; its start tells', async () => {
  await m.out('docker create --name idle busybox top; docker network connect later idle');
  expect(await m.fails('docker start idle')).toBe('failed to set up container networking: network later not found [1]');
  await m.out('docker network create later; docker start idle');
  expect(await m.out('docker exec idle ip -o -4 addr | grep -c eth')).toBe('2');
  const id = await m.out("docker inspect -f '{{.Id}}' idle");
  expect(await m.fails('docker network connect nonet idle')).toBe('network nonet not found [1]');
  expect(await m.fails('docker network disconnect nonet idle')).toBe('network nonet not found [1]');
  expect(await m.fails('docker network disconnect -f nonet idle')).toBe(
    `container ${id} is not connected to the network nonet [1]`,
  );
  await m.out('docker network disconnect later idle');
  expect(await m.fails('docker network disconnect -f later idle')).toBe(
    `container ${id} is not connected to network later [1]`,
  );
  await m.out('docker stop -t 0 idle; docker network connect --alias x later idle');
  const names = "docker inspect -f '{{json .NetworkSettings.Networks.later.DNSNames}}' idle";
  expect(JSON.parse(await m.out(names))).toEqual(['idle', 'x', id.slice(0, 12)]);
  await m.out('docker network disconnect later idle; docker start idle');
});

test('a name of several networks is that of the one with the way out; ports move by family, and those that need not stay', async () => {
  await m.out(
    'docker rm -f idle; docker network create zz; docker network create --ipv6 aa; docker network create --ipv6 --ipv4=false six',
  );
  await m.out('for n in zz aa; do docker run -d --name on-$n --network $n --network-alias web busybox top; done');
  await m.out('docker run -d --name cc -p 80 --network zz busybox top');
  const web = (): Promise<string> => m.out("docker exec cc nslookup web | sed -n 's/^Address: //p' | head -1");
  const at = (name: string): Promise<string> =>
    m.out(`docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' ${name}`);
  const proxies = (): Promise<string[]> => m.lines("pgrep -a docker-proxy | sed 's/.*host-ip \\(.*\\) -use.*/\\1/'");
  const own = await at('cc');
  expect(await web()).toBe(await at('on-zz'));
  expect(await proxies()).toEqual([
    `0.0.0.0 -host-port 32768 -container-ip ${own} -container-port 80`,
    `:: -host-port 32768 -container-ip ${own} -container-port 80`,
  ]);
  await m.out('docker network connect six cc');
  const six = await m.out("docker inspect -f '{{.NetworkSettings.Networks.six.GlobalIPv6Address}}' cc");
  expect(await proxies()).toEqual([
    `0.0.0.0 -host-port 32768 -container-ip ${own} -container-port 80`,
    `:: -host-port 32769 -container-ip ${six} -container-port 80`,
  ]);
  await m.out('docker network disconnect six cc');
  expect((await proxies())[1]).toBe(`:: -host-port 32770 -container-ip ${own} -container-port 80`);
  await m.out('docker network connect aa cc');
  expect(await web()).toBe(await at('on-aa'));
  expect(await m.out('docker port cc')).toBe('80/tcp -> 0.0.0.0:32769\n80/tcp -> [::]:32769');
});
