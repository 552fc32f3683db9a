/** `docker compose up` and what follows: order, health, what is made anew, scale, orphans, names on the wire, errors. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from '../lab/sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
});

const file = (dir: string, text: string, name = 'compose.yml'): Promise<string> =>
  m.out(`mkdir -p /root/${dir} && cat > /root/${dir}/${name} <<'EOF'\n${text}\nEOF`);
/** Progress of a compose command, which goes to standard error, with its lines' blanks made single. */
const progress = async (dir: string, words: string): Promise<string[]> =>
  (await m.lines(`cd /root/${dir} && docker compose ${words} 2>&1`)).map((l) => l.trim().replace(/ +/g, ' '));
/** What is said of one thing. */
const of = (lines: readonly string[], id: string): string[] =>
  lines.filter((l) => l.startsWith(`${id} `)).map((l) => l.slice(id.length + 1));

const SHOP = `services:
  web:
    image: nginx
    depends_on:
      setup: {condition: service_completed_successfully}
      db: {condition: service_healthy}
    environment: {COLOUR: red}
    networks: [front]
    ports: ["8080:80"]
  setup:
    image: busybox
    command: echo done
    depends_on: {db: {condition: service_healthy}}
    networks: [back]
  db:
    image: busybox
    command: sh -c 'trap exit TERM; sleep 2; touch /ok; while :; do sleep 1; done'
    healthcheck: {test: [CMD, test, -f, /ok], interval: 1s, retries: 9}
    networks: {back: {aliases: [store]}}
    volumes: [data:/data]
networks: {front: {}, back: {internal: true}}
volumes: {data: {}}`;

test('each service waits for what it depends on', async () => {
  await file('shop', SHOP);
  const said = await progress('shop', 'up -d');
  const at = (line: string): number => said.indexOf(line);
  expect(at('Container shop-db-1 Healthy')).toBeGreaterThan(at('Container shop-db-1 Started'));
  expect(at('Container shop-setup-1 Starting')).toBeGreaterThan(at('Container shop-db-1 Healthy'));
  expect(at('Container shop-setup-1 Exited')).toBeGreaterThan(at('Container shop-setup-1 Started'));
  expect(at('Container shop-web-1 Starting')).toBeGreaterThan(at('Container shop-setup-1 Exited'));
  expect(of(said, 'Volume "shop_data"')).toEqual(['Creating', 'Created']);
  expect(
    await m.lines("cd /root/shop && docker compose ps -a --format '{{.Service}} {{.State}} {{.ExitCode}} {{.Health}}'"),
  ).toEqual(['db running 0 healthy', 'setup exited 0 ', 'web running 0 ']);
  expect(await m.out('curl -s 127.0.0.1:8080 | grep -c Welcome')).toBe('2');
});

test('only what has changed is made anew', async () => {
  const id = (): Promise<string[]> => m.lines('cd /root/shop && docker compose ps -aq --no-trunc | sort');
  const before = await id();
  expect(of(await progress('shop', 'up -d'), 'Container shop-web-1')).toEqual(['Running']);
  expect(await id()).toEqual(before);
  await m.out('sed -i s/red/blue/ /root/shop/compose.yml');
  const said = await progress('shop', 'up -d');
  expect(of(said, 'Container shop-web-1')).toEqual(['Recreate', 'Recreated', 'Starting', 'Started']);
  expect(of(said, 'Container shop-db-1')[0]).toBe('Running');
  expect((await id()).filter((i) => before.includes(i))).toHaveLength(2);
  expect(await m.out('cd /root/shop && docker compose exec -T web printenv COLOUR')).toBe('blue');
  expect(of(await progress('shop', 'up -d --force-recreate --no-deps web'), 'Container shop-web-1')[0]).toBe(
    'Recreate',
  );
  // the network as it is to be now takes the place of the old one
  await m.out("sed -i 's/internal: true/internal: false/' /root/shop/compose.yml");
  await progress('shop', 'up -d');
  expect(await m.out('docker network inspect -f {{.Internal}} shop_back')).toBe('false');
  expect(
    await m.out('docker run --rm --network shop_back busybox ping -c1 -W1 store | grep -c "1 packets received"'),
  ).toBe('1');
});

test('names, aliases and container ids lead to containers, by frames', async () => {
  await file(
    'names',
    `services:
  a:
    image: training/webapp
    networks: {one: {aliases: [alpha], ipv4_address: 10.9.0.9}}
  b: {image: training/webapp, links: ["a:old"], networks: [one, two]}
  c: {image: training/webapp, networks: [two]}
  d: {image: busybox, command: sleep 99, init: true, network_mode: "service:c"}
networks:
  one: {ipam: {config: [{subnet: 10.9.0.0/24}]}}
  two: {}`,
  );
  await progress('names', 'up -d --scale c=2');
  const ping = (from: string, name: string): Promise<string> =>
    m.out(
      `cd /root/names && docker compose exec -T ${from} ping -c1 -W1 ${name} 2>&1 | grep -oE '1 received|not known' || true`,
    );
  for (const name of ['a', 'alpha', 'names-a-1', 'old', '$(docker ps -qf name=names-a-1)'])
    expect(await ping('b', name), name).toBe('1 received');
  expect(await ping('c', 'a')).toBe('not known');
  expect(await m.lines('cd /root/names && docker compose exec -T b getent ahosts c | grep -c STREAM')).toEqual(['2']);
  expect(await m.out('cd /root/names && docker compose exec -T b curl -s http://alpha:5000')).toBe('Hello world!');
  expect(
    await m.out(
      'cd /root/names && docker compose exec -T d hostname -i 2>/dev/null; docker compose exec -T --index 1 c hostname -i',
    ),
  ).toMatch(/^(\S+)\n\1$/);
});

test('scale, orphans, one-off containers', async () => {
  const said = await progress('names', 'scale c=1');
  expect(of(said, 'Container names-c-2')).toEqual(['Stopping', 'Stopped', 'Removing', 'Removed']);
  await m.out("sed -i '/^  d:/d' /root/names/compose.yml");
  expect((await progress('names', 'up -d')).join('\n')).toMatch(
    /level=warning msg="Found orphan containers \(\[names-d-1\]\) for this project\. If you removed or renamed/,
  );
  expect(of(await progress('names', 'up -d --remove-orphans'), 'Container names-d-1')).toContain('Removed');
  expect(await m.out('cd /root/names && docker compose run --rm -e X=7 b printenv X 2>/dev/null')).toBe('7');
  expect(
    await m.out('cd /root/names && docker compose run --name once -p 7777:5000 -d b >/dev/null 2>&1; docker port once'),
  ).toBe('5000/tcp -> 0.0.0.0:7777\n5000/tcp -> [::]:7777');
  expect(await m.out('docker inspect -f \'{{index .Config.Labels "com.docker.compose.oneoff"}}\' once')).toBe('True');
  expect(await m.fails('cd /root/names && docker compose run --rm b sh -c "exit 5" 2>/dev/null')).toBe(' [5]');
});

test('what no service uses is made when it is asked for', async () => {
  await file('spare', 'services: {a: {image: busybox}}\nvolumes: {v: {}}\nnetworks: {n: {}}');
  const made = async (words: string): Promise<string[]> =>
    (await progress('spare', words)).filter((l) => l.endsWith(' Created')).sort();
  expect(await made('create')).toEqual(['Container spare-a-1 Created', 'Network spare_default Created']);
  expect(await made('--all-resources create')).toEqual(['Network spare_n Created', 'Volume "spare_v" Created']);
  expect(await m.out('cd /root/spare && docker compose config --volumes')).toBe('');
  await progress('spare', '--all-resources down -v');
  expect(await m.out('docker volume ls -qf name=spare; docker network ls -qf name=spare')).toBe('');
});

test('stop, start, restart, kill, pause, rm, and down in the order of dependencies', async () => {
  const state = (): Promise<string[]> =>
    m.lines("cd /root/shop && docker compose ps -a --format '{{.Service}} {{.State}}'");
  await progress('shop', 'stop web');
  expect(await state()).toEqual(['db running', 'setup exited', 'web exited']);
  expect(of(await progress('shop', 'start web'), 'Container shop-web-1')).toEqual(['Starting', 'Started']);
  expect(of(await progress('shop', 'restart web'), 'Container shop-web-1')).toEqual(['Restarting', 'Started']);
  await progress('shop', 'pause db');
  expect(await state()).toContain('db paused');
  // who was not looked at is not healthy until the next look
  await progress('shop', 'unpause db; sleep 2');
  expect(of(await progress('shop', 'kill web'), 'Container shop-web-1')).toEqual(['Killing', 'Killed']);
  expect(await progress('shop', 'rm -f web')).toEqual([
    'Going to remove shop-web-1',
    'Container shop-web-1 Removing',
    'Container shop-web-1 Removed',
  ]);
  await progress('shop', 'up -d');
  const said = await progress('shop', 'down -v');
  expect(said.indexOf('Container shop-web-1 Removed')).toBeLessThan(said.indexOf('Container shop-db-1 Stopping'));
  expect(of(said, 'Volume shop_data')).toEqual(['Removing', 'Removed']);
  expect(await m.out('docker ps -aq -f label=com.docker.compose.project=shop; docker network ls -qf name=shop')).toBe(
    '',
  );
  // by name alone, without any file
  expect(
    await m.out('cd / && docker compose ls -q && docker compose -p names down -t 0 2>&1 | grep -c Removed'),
  ).toMatch(/^names\n/);
});

test('secrets, configs, memory, hosts and hooks', async () => {
  await file(
    'files',
    `services:
  x:
    image: training/webapp
    tmpfs: [/run]
    blkio_config: {device_read_bps: [{path: /dev/null, rate: 1mb}]}
    secrets: [word, {source: shell, target: /etc/other}]
    configs: [{source: text, target: /etc/text}]
    extra_hosts: [far.lab=192.0.2.7]
    post_start: [{command: "sh -c 'echo $\${IT} > /hook'", environment: {IT: ran}}]
  y: {image: training/webapp, use_api_socket: true}
secrets: {word: {file: ./word}, shell: {environment: HOME}}
configs: {text: {content: "a\\nb\\n"}}`,
  );
  await m.out('echo hush > /root/files/word');
  await progress('files', 'up -d');
  expect(
    await m.lines(
      `cd /root/files && docker compose exec -T x sh -c 'cat /run/secrets/word /etc/text /hook; cat /etc/other; echo; getent hosts far.lab | tr -s " "'`,
    ),
  ).toEqual(['hush', 'a', 'b', 'ran', '/root', '192.0.2.7 far.lab']);
  expect(
    await m.out(
      `cd /root/files && docker compose exec -T y sh -c 'curl -s --unix-socket /var/run/docker.sock http://d/_ping; cat $DOCKER_CONFIG/config.json'`,
    ),
  ).toBe('OK{\n\t"auths": {}\n}');
  expect(await m.out("docker inspect -f '{{json .HostConfig.BlkioDeviceReadBps}}' files-x-1")).toBe(
    '[{"Path":"/dev/null","Rate":1048576}]',
  );
  await progress('files', 'down -t 0');
});

test('images are built when they are missing', async () => {
  await m.out(
    "mkdir -p /root/made && printf 'FROM busybox\\nARG WHO\\nRUN echo hi $WHO > /hi\\n' > /root/made/Dockerfile",
  );
  await file('made', 'services: {x: {build: {context: ., args: {WHO: you}}, command: cat /hi}}');
  expect((await progress('made', 'up 2>&1')).filter((l) => /^made-x|^x-1/.test(l))).toEqual([
    'made-x Built',
    'x-1 | hi you',
  ]);
  expect(await m.out('docker images --format {{.Repository}} made-x')).toBe('made-x');
  expect((await progress('made', 'down --rmi local')).at(-1)).toMatch(/Removed$/);
  await file(
    'upon',
    `services:
  top: {build: {dockerfile_inline: "FROM base\\nRUN cat /b > /t\\n", additional_contexts: {base: "service:low"}}, command: cat /t}
  low: {build: {dockerfile_inline: "FROM busybox\\nRUN echo low > /b\\n"}}
  two: {build: {dockerfile_inline: "FROM busybox", platforms: [linux/amd64, linux/arm64]}}
  bad: {build: {dockerfile_inline: "FROM busybox\\nRUN false\\n"}}`,
  );
  expect(
    (await progress('upon', 'build top low 2>&1; docker compose up top')).filter((l) => /Built|\| low$/.test(l)),
  ).toEqual(['upon-low Built', 'upon-top Built', 'top-1 | low']);
  expect(await m.fails('cd /root/upon && docker compose build two')).toBe(
    'target two: Multi-platform build is not supported for the docker driver. [1]',
  );
  expect((await m.fails('cd /root/upon && docker compose build bad', true)).split('\n').at(-1)).toBe(
    'target bad: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1 [1]',
  );
  expect(await m.out('docker images -q made-x')).toBe('');
});

test('errors in the words of the real one', async () => {
  const up = (text: string): Promise<string> =>
    file('bad', text).then(() =>
      m.fails('cd /root/bad && docker compose --progress quiet up -d --remove-orphans', true),
    );
  expect(
    await up(`services:
  db: {image: busybox, command: sleep 99, init: true, healthcheck: {test: "false", interval: 1s, retries: 1}}
  web: {image: nginx, depends_on: {db: {condition: service_healthy}}}`),
  ).toBe('dependency failed to start: container bad-db-1 is unhealthy [1]');
  expect(
    await up(`services:
  db: {image: busybox, command: sh -c "exit 4"}
  web: {image: nginx, depends_on: {db: {condition: service_completed_successfully}}}`),
  ).toBe('service "db" didn\'t complete successfully: exit 4 [1]');
  expect(await up('services: {a: {image: nginx, networks: [e]}}\nnetworks: {e: {external: true}}')).toBe(
    'network e declared as external, but could not be found [1]',
  );
  expect(await up('services: {a: {image: nginx, volumes: ["vol:/v"]}}\nvolumes: {vol: {external: true}}')).toBe(
    'external volume "vol" not found [1]',
  );
  expect(await up('services: {a: {image: nginx, security_opt: ["seccomp:compose.yml"]}}')).toBe(
    "compacting json for seccomp profile (compose.yml) failed: invalid character 's' looking for beginning of value [1]",
  );
  expect(await m.out("docker compose ls -aq --filter 'name=['")).toBe('');
  expect(await up('services: {a: {image: nginx, models: [m]}}\nmodels: {m: {model: ai/x}}')).toBe(
    "'models' support requires Docker Model plugin [1]",
  );
  expect(await up('services: {a: {provider: {type: nosuch}}}')).toBe(
    'exec: "nosuch": executable file not found in $PATH [1]',
  );
  expect(await m.fails('cd /root/bad && docker compose exec -T a ls')).toBe('service "a" is not running [1]');
  expect(await m.fails('cd /root/bad && docker compose ps nope')).toBe('no such service: nope [1]');
  expect(await m.fails('cd /root/bad && docker compose up --wait --abort-on-container-exit')).toBe(
    '--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies [1]',
  );
  expect(await m.fails('docker compose up --nosuch')).toBe('unknown flag: --nosuch [1]');
  expect(await m.fails('cd / && docker compose up')).toBe('no configuration file provided: not found [1]');
});
