import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name db -e B=2 -e A=1 --expose 7000-7001 --expose 53/udp busybox top');
});

const ip = (name: string): Promise<string> => m.out(`docker inspect -f '{{.NetworkSettings.IPAddress}}' ${name}`);
const env = async (flags: string): Promise<string[]> =>
  (await m.lines(`docker run --rm ${flags} busybox env`)).filter((l) => !/^(PATH|HOSTNAME|HOME)=/.test(l));

test('the environment of a link: first port, every port, ranges, name, the environment of the other', async () => {
  const at = await ip('db');
  expect(await env('--name web --link db:my-db')).toEqual([
    `MY_DB_PORT=tcp://${at}:7000`,
    ...[7000, 7001].flatMap((p) => [
      `MY_DB_PORT_${p}_TCP=tcp://${at}:${p}`,
      `MY_DB_PORT_${p}_TCP_ADDR=${at}`,
      `MY_DB_PORT_${p}_TCP_PORT=${p}`,
      `MY_DB_PORT_${p}_TCP_PROTO=tcp`,
    ]),
    `MY_DB_PORT_53_UDP=udp://${at}:53`,
    `MY_DB_PORT_53_UDP_ADDR=${at}`,
    'MY_DB_PORT_53_UDP_PORT=53',
    'MY_DB_PORT_53_UDP_PROTO=udp',
    // A range is told once the port that ends it was.
    `MY_DB_PORT_7000_TCP_START=tcp://${at}:7000`,
    'MY_DB_PORT_7000_TCP_PORT_START=7000',
    `MY_DB_PORT_7000_TCP_END=tcp://${at}:7001`,
    'MY_DB_PORT_7000_TCP_PORT_END=7001',
    'MY_DB_NAME=/web/my-db',
    'MY_DB_ENV_A=1',
    'MY_DB_ENV_B=2',
  ]);
});

test('a link is one more name of the other container', async () => {
  await m.out('docker run -d --name web --link db:data busybox top');
  expect(await m.out("docker ps --no-trunc --filter name=db --format '{{.Names}}'")).toBe('db,web/data');
  expect(await m.out("docker inspect -f '{{.Name}}' web/data")).toBe('/db');
  expect(await m.out("docker inspect -f '{{.HostConfig.Links}}' web")).toBe('[/db:/web/data]');
  await m.out('docker rename web www');
  expect(await m.out("docker inspect -f '{{.HostConfig.Links}}' www")).toBe('[/db:/www/data]');
  expect(await m.fails('docker rm --link db')).toBe(
    'Conflict, cannot remove the default link name of the container [1]',
  );
  expect(await m.out('docker exec www cat /etc/hosts')).toContain('\tdata ');
  await m.out('docker rm --link www/data');
  expect(await m.out("docker inspect -f '{{.HostConfig.Links}}' www")).toBe('[]');
  expect(await m.out('docker exec www cat /etc/hosts')).not.toContain('data');
  await m.out('docker rm -f www');
});

test('the hosts file follows a restart; what a person wrote there stays', async () => {
  await m.out('docker run -d --name web --link db:data busybox top');
  const before = await ip('db');
  expect(await m.out('docker exec web grep data /etc/hosts')).toMatch(new RegExp(`^${before}\tdata \\S+ db$`));
  await m.out("docker exec web sh -c 'echo 192.0.2.1 mine >> /etc/hosts'");
  await m.out('docker stop -t 0 db && docker run -d --name thief busybox top && docker start db');
  const after = await ip('db');
  expect(after).not.toBe(before);
  expect(await m.out('docker exec web grep data /etc/hosts')).toMatch(new RegExp(`^${after}\t`));
  expect(await m.out('docker exec web cat /etc/hosts')).toContain('192.0.2.1 mine');
  expect(await m.out("docker exec web env | grep '^DATA_PORT='")).toBe(`DATA_PORT=tcp://${after}:7000`);
  await m.out('docker rm -f web thief');
});

test('what cannot be linked', async () => {
  expect(await m.fails('docker run --rm --link nosuch busybox true')).toBe(
    'could not get container for nosuch: No such container: nosuch [125]',
  );
  await m.out('docker create --name cold busybox top');
  expect(await m.fails('docker run --name w --rm --link cold:c busybox true')).toMatch(/^Invalid container name/);
  expect(await m.fails('docker run --name ww --rm --link cold:c busybox true')).toBe(
    'Cannot link to a non running container: /cold AS /ww/c [125]',
  );
  await m.out('docker network create apart && docker run -d --name far --network apart busybox top');
  expect(await m.fails('docker run --rm --link far:f busybox true')).toMatch(
    /^(failed to set up container networking: cannot link to \/far, as it does not belong to the default network|container \w+ not attached to default bridge network) \[125\]$/,
  );
  expect(await m.fails('docker run --rm --link db:a:b busybox true')).toBe(
    'invalid argument "db:a:b" for "--link" flag: bad format for links: db:a:b [125]',
  );
  // an empty alias, and one that is taken, make no link
  expect(await env('--link db:')).toEqual([]);
  expect((await env('--link db:x --link far:x')).filter((l) => l.startsWith('X_NAME'))).toHaveLength(1);
});

test('on a network of its own a link is an alias that only this container knows', async () => {
  await m.out('docker run -d --name near --network apart --link far:f busybox top');
  expect(await m.out('docker exec near ping -c 1 f')).toContain('1 packets received');
  expect(await m.fails('docker exec far ping -c 1 f')).toBe("ping: bad address 'f' [1]");
  expect(await m.out("docker inspect -f '{{.HostConfig.Links}}' near")).toBe('[]');
  expect(await m.out("docker inspect -f '{{.NetworkSettings.Networks.apart.Links}}' near")).toBe('[far:f]');
  await m.out('docker network create other && docker network connect other far');
  await m.out('docker network connect --link far:g other near');
  expect(await m.out('docker exec near ping -c 1 g.other')).toContain('1 packets received');
});
