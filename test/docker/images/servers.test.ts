/** Servers of images, through the docker command: what they answer, log and refuse. */
import { afterEach, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

let lab: Lab;
const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await lab.run('node1', script);
  return stdout + stderr;
};
afterEach(() => expect(bugs(lab)).toEqual([]));

const CONF =
  'upstream app { server app1:5000; server app2:5000; } server { listen 80; location / { proxy_pass http://app; } }';

it('nginx looks upstream names up once, at its start', async () => {
  lab = await makeLab();
  await sh(`mkdir /c; echo '${CONF}' > /c/default.conf; docker network create n1`);
  const refused = await sh('docker run --rm --network n1 -v /c:/etc/nginx/conf.d nginx; echo $?');
  expect(refused).toMatch(
    /^nginx: \[emerg\] host not found in upstream "app1:5000" in \/etc\/nginx\/conf.d\/default.conf:1$/m,
  );
  expect(refused).toMatch(/^1$/m);
  await sh('for n in 1 2; do docker run -d --name app$n --network n1 -e PROVIDER=$n training/webapp; done');
  await sh('docker run -d --name front --network n1 -p 80:80 -v /c:/etc/nginx/conf.d nginx; sleep 1');
  expect(await sh('for i in 1 2 3 4; do curl -s localhost; done')).toBe('Hello 1!Hello 2!Hello 1!Hello 2!');
  await sh('docker rm -f app1; sleep 90');
  expect(await sh('for i in 1 2 3; do curl -s localhost; done')).toBe('Hello 2!Hello 2!Hello 2!');
  const log = await sh('docker logs front');
  expect(log).toMatch(
    /\[error\] \d+#\d+: \*\d+ connect\(\) failed \(113: No route to host\) while connecting to upstream, client: 172\.18\.0\.1, server: , request: "GET \/ HTTP\/1\.1", upstream: "http:\/\/172\.18\.0\.2:5000\/", host: "localhost"/,
  );
  expect(log).toMatch(/^172\.18\.0\.1 - - \[\S+ \+0000\] "GET \/ HTTP\/1\.1" 200 8 "-" "curl\/\S+"$/m);
});

it('nginx serves what is mounted, says 404 and 403 as nginx does, and reloads', async () => {
  lab = await makeLab();
  await sh(
    'mkdir -p /h/empty; echo hi > /h/index.html; docker run -d --name web -p 80:80 -v /h:/usr/share/nginx/html nginx; sleep 1',
  );
  expect(await sh('curl -s localhost')).toBe('hi\n');
  expect(await sh('curl -s -o /dev/null -w "%{http_code}" localhost/nope; curl -s localhost/empty/')).toMatch(
    /^404<html>\r\n<head><title>403 Forbidden/,
  );
  // Its workers are not root: what is only for root they cannot send, but they have the logs that the master opened.
  expect(await sh('echo x > /h/own; chmod 600 /h/own; curl -s -o /dev/null -w "%{http_code}" localhost/own')).toBe(
    '403',
  );
  const logs = await sh('docker logs web');
  expect(logs).toMatch(/open\(\) "\/usr\/share\/nginx\/html\/nope" failed \(2: No such file or directory\)/);
  expect(logs).toMatch(/open\(\) "\/usr\/share\/nginx\/html\/own" failed \(13: Permission denied\)/);
  expect(logs).toContain('"GET /own HTTP/1.1" 403');
  await sh(
    `docker exec web sh -c 'echo "server { listen 81; return 200 \\"x\\$uri\\"; }" > /etc/nginx/conf.d/b.conf'; docker exec web nginx -s reload; sleep 1`,
  );
  expect(await sh('curl -s 172.17.0.2:81/a; curl -s localhost')).toBe('x/ahi\n');
  await sh(`docker exec web sh -c 'echo "server { foo; }" > /etc/nginx/conf.d/c.conf'`);
  expect(await sh('docker exec web nginx -t; echo $?')).toMatch(
    /unknown directive "foo" in \/etc\/nginx\/conf.d\/c.conf:1\n.*test failed\n1\n$|1\n.*unknown directive/s,
  );
});

it('redis keeps values of all kinds, counts, expires, and remembers after a restart', async () => {
  lab = await makeLab();
  await sh('docker run -d --name cache redis; sleep 1');
  const cli = (c: string): Promise<string> => sh(`docker exec cache redis-cli --no-raw ${c}`);
  expect(await cli('SET a 1')).toBe('OK\n');
  expect(await cli('INCR a')).toBe('(integer) 2\n');
  expect(await cli('LPUSH l x y')).toBe('(integer) 2\n');
  expect(await cli('LRANGE l 0 -1')).toBe('1) "y"\n2) "x"\n');
  expect(await cli('GET l')).toBe('(error) WRONGTYPE Operation against a key holding the wrong kind of value\n');
  expect(await cli('FOO bar')).toBe("(error) ERR unknown command 'FOO', with args beginning with: 'bar' \n");
  expect(await cli('SET t v EX 5')).toBe('OK\n');
  expect(await sh('sleep 6; docker exec cache redis-cli TTL t')).toBe('-2\n');
  expect(await sh("printf 'PING\\r\\n*2\\r\\n$3\\r\\nGET\\r\\n$1\\r\\na\\r\\n' | nc -q1 172.17.0.2 6379")).toBe(
    '+PONG\r\n$1\r\n2\r\n',
  );
  await sh('docker stop cache; docker start cache; sleep 1');
  expect(await cli('GET a')).toBe('"2"\n');
  expect(await sh('docker logs cache')).toMatch(
    /DB saved on disk.*ready to exit, bye bye.*Ready to accept connections tcp/s,
  );
  expect(await sh('redis-cli -h nosuch ping 2>&1; docker exec cache redis-cli -p 1 ping')).toMatch(
    /Could not connect to Redis at 127\.0\.0\.1:1: Connection refused/,
  );
});

it('redis listens where it is told to, and keeps others out in protected mode', async () => {
  lab = await makeLab();
  await sh('docker run -d --name all redis');
  await sh('docker run -d --name own redis redis-server --bind 127.0.0.1 -::1 --port 7000');
  await sh("mkdir /r; printf 'bind 127.0.0.1 172.17.0.4\\nport 7001\\n' > /r/redis.conf");
  await sh('docker run -d --name file -v /r:/r redis redis-server /r/redis.conf');
  await sh('docker run -d --name kept redis redis-server --protected-mode yes; sleep 1');
  const sockets = async (name: string): Promise<string[]> => {
    const pid = (await sh(`docker inspect -f '{{.State.Pid}}' ${name}`)).trim();
    const lines = (await sh(`nsenter -t ${pid} -n ss -Hltn`)).trim().split('\n');
    return lines.map((l) => l.split(/\s+/)[3] as string).sort();
  };
  expect(await sockets('all')).toEqual(['0.0.0.0:6379', '[::]:6379']);
  expect(await sockets('own')).toEqual(['127.0.0.1:7000', '[::1]:7000']);
  expect(await sockets('file')).toEqual(['127.0.0.1:7001', '172.17.0.4:7001']);
  expect(await sh('docker exec all redis-cli -h 172.17.0.3 -p 7000 ping')).toMatch(/:7000: Connection refused\n$/);
  expect(await sh('docker exec own redis-cli -p 7000 ping')).toBe('PONG\n');
  expect(await sh('docker exec all redis-cli -h 172.17.0.4 -p 7001 ping')).toBe('PONG\n');
  expect(await sh('docker top own -o pid,args')).toContain('redis-server 127.0.0.1:7000');

  const ping = 'docker exec all redis-cli -h 172.17.0.5 ping';
  expect(await sh(ping)).toMatch(/^DENIED Redis is running in protected mode/);
  expect(await sh('docker exec kept redis-cli ping')).toBe('PONG\n');
  expect(await sh('docker exec kept redis-cli info stats')).toContain('rejected_connections:1');
  await sh('docker exec kept redis-cli config set protected-mode no');
  expect(await sh(ping)).toBe('PONG\n');

  expect(await sh('docker run --rm redis redis-server --bind 192.0.2.1; echo $?')).toMatch(
    /socket 192\.0\.2\.1:6379: bind: Cannot assign requested address\n.*Failed listening on port 6379 \(tcp\), aborting\.\n1\n$/,
  );
  expect(await sh('docker run --rm redis redis-server --port 0; echo $?')).toMatch(
    /not listen anywhere, exiting\.\n1\n$/,
  );
});

it('postgres wants a password, answers SQL and keeps tables', async () => {
  lab = await makeLab();
  expect(await sh('docker run -q --rm postgres; docker run --rm postgres')).toMatch(
    /superuser password is not specified/,
  );
  await sh('docker run -d --name db -e POSTGRES_PASSWORD=pw postgres; sleep 3');
  expect(await sh('docker exec db pg_isready')).toBe('/var/run/postgresql:5432 - accepting connections\n');
  expect(await sh("docker exec db psql -U postgres -c 'select 1'")).toBe(
    ' ?column? \n----------\n        1\n(1 row)\n\n',
  );
  const psql = (c: string): Promise<string> => sh(`docker exec db psql -U postgres -c "${c}"`);
  expect(await psql('selct 1')).toBe('ERROR:  syntax error at or near "selct"\nLINE 1: selct 1\n        ^\n');
  expect(await psql('create table t (id serial primary key, name text)')).toBe('CREATE TABLE\n');
  expect(await psql("insert into t (name) values ('a'), ('b')")).toBe('INSERT 0 2\n');
  expect(await psql('select count(*), max(id) from t')).toBe(' count | max \n-------+-----\n     2 |   2\n(1 row)\n\n');
  const remote = (pw: string): Promise<string> =>
    sh(
      `docker run --rm -e PGPASSWORD=${pw} postgres psql -h 172.17.0.2 -U postgres -tAc 'select name from t order by 1'`,
    );
  expect(await remote('pw')).toBe('a\nb\n');
  expect(await remote('no')).toMatch(
    /connection to server at "172\.17\.0\.2", port 5432 failed: FATAL: {2}password authentication failed for user "postgres"/,
  );
  await sh('docker restart db; sleep 2');
  expect(await sh("docker exec db psql -U postgres -tAc 'select name from t where id = 2'")).toBe('b\n');
});

it('whoami tells who answers and what was asked', async () => {
  lab = await makeLab();
  await sh('docker run -d --name who -h box -p 80:80 traefik/whoami; sleep 1');
  const ports = /RemoteAddr: 172\.17\.0\.1:\d+\n/;
  const got = await sh('curl -s -H "X-A: b" localhost/x?y=1');
  expect(got.replace(ports, 'RemoteAddr: R\n')).toMatch(
    /^Hostname: box\nIP: 127\.0\.0\.1\nIP: ::1\nIP: 172\.17\.0\.2\n(IP: fe80\S+\n)?RemoteAddr: R\nGET \/x\?y=1 HTTP\/1\.1\r\nHost: localhost\r\nUser-Agent: curl\/\S+\r\nAccept: \*\/\*\r\nX-A: b\r\n\r\n$/,
  );
});
