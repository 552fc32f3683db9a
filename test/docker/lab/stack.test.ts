/** Stacks: what a compose file comes to in a swarm, and what is wrong with one. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('mkdir -p /root/app; echo -n hidden > /root/app/tok.txt; echo conf > /root/app/cfg.txt');
});

const file = (name: string, text: string): Promise<string> => m.out(`cat > /root/app/${name} <<'EOF'\n${text}\nEOF`);
const APP = `services:
  web:
    image: \${IMAGE:-nginx}:alpine
    ports: ["8080:80", "9000-9001:9000-9001/udp"]
    networks: {front: {aliases: [shop]}, back: {}}
    secrets: [tok]
    configs: [{source: cfg, target: /etc/c, mode: 0440}]
    environment: [A=1, GONE]
    healthcheck: {test: "true", interval: 1m30s}
    deploy: {replicas: 2, labels: {a: b}, resources: {limits: {cpus: "0.5", memory: 50M}}}
  db:
    image: redis
    command: redis-server --save ""
    networks: [back]
    volumes: ["data:/data", "./cfg.txt:/c:ro"]
networks:
  front: {driver_opts: {encrypted: ""}}
  back: {internal: true, name: behind}
volumes: {data: {}}
secrets: {tok: {file: ./tok.txt}}
configs: {cfg: {file: ./cfg.txt}}`;

test('only a manager deploys', async () => {
  await file('app.yml', APP);
  expect(await m.fails('cd /root/app; docker stack deploy -d -c app.yml app')).toMatch(
    /^this node is not a swarm manager\. /,
  );
  await m.out('docker swarm init');
  expect(await m.fails('docker stack deploy app')).toBe('Specify a Compose file (with --compose-file) [1]');
});

test('makes networks, secrets, configs and services, and all of it works', async () => {
  expect(await m.lines('cd /root/app; docker stack deploy -d -c app.yml app')).toEqual([
    'Creating network behind',
    'Creating network app_front',
    'Creating secret app_tok',
    'Creating config app_cfg',
    'Creating service app_db',
    'Creating service app_web',
  ]);
  expect(
    await m.lines('sleep 20; docker stack ls; docker stack services app --format "{{.Name}} {{.Replicas}} {{.Ports}}"'),
  ).toEqual([
    'NAME      SERVICES',
    'app       2',
    'app_db 1/1 ',
    'app_web 2/2 *:8080->80/tcp, *:9000-9001->9000-9001/udp',
  ]);
  expect(await m.out('curl -s 127.0.0.1:8080 | grep -c Welcome')).toBe('2');
  const web = 'docker exec $(docker ps -qf name=app_web.1)';
  expect(
    await m.out(`${web} sh -c 'cat /run/secrets/tok /etc/c; stat -c %a /etc/c; nslookup shop | grep -c Name; echo $A'`),
  ).toBe('hiddenconf\n440\n1\n1');
  expect(await m.out("docker exec $(docker ps -qf name=app_db) sh -c 'cat /c; mount | grep -c /data'")).toBe('conf\n1');
  expect(
    await m.out('docker inspect -f "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}" $(docker ps -qf name=app_web.1)'),
  ).toBe('52428800 500000000');
  expect((await m.lines('docker stack ps app --format "{{.Name}} {{.DesiredState}}"')).sort()).toEqual([
    'app_db.1 Running',
    'app_web.1 Running',
    'app_web.2 Running',
  ]);
});

test('the specs are those that the real command sends', async () => {
  const spec = JSON.parse(await m.out("docker service inspect -f '{{json .Spec}}' app_web")) as Record<string, never>;
  const {
    ContainerSpec,
    Resources,
    Placement: _,
    ...task
  } = spec.TaskTemplate as unknown as Record<string, Record<string, unknown>>;
  expect(spec.Labels).toEqual({
    a: 'b',
    'com.docker.stack.image': 'nginx:alpine',
    'com.docker.stack.namespace': 'app',
  });
  expect(Resources).toEqual({ Limits: { NanoCPUs: 5e8, MemoryBytes: 50 << 20 } });
  expect((task.Networks as unknown as { Aliases: string[] }[]).map((n) => n.Aliases)).toEqual([
    ['shop', 'web'],
    ['web'],
  ]);
  expect(ContainerSpec).toMatchObject({
    Env: ['A=1', 'GONE'],
    Labels: { 'com.docker.stack.namespace': 'app' },
    Privileges: { CredentialSpec: null, SELinuxContext: null, NoNewPrivileges: false },
    Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 90e9 },
  });
  expect(await m.out("docker service inspect -f '{{json .Spec.TaskTemplate.ContainerSpec.Args}}' app_db")).toBe(
    '["redis-server","--save",""]',
  );
});

test('a second time changes it, and takes away what is gone when asked', async () => {
  await file('less.yml', 'services:\n  web: {image: "nginx:alpine", deploy: {replicas: 1}}');
  const said = await m.lines('cd /root/app; docker stack deploy -d --prune -c less.yml app');
  expect(said[0]).toBe('Removing service app_db');
  expect(said.at(-1)).toMatch(/^Updating service app_web \(id: \w{25}\)$/);
  expect(
    await m.lines(
      'docker stack rm app; sleep 5; docker stack ls; docker network ls -qf name=app_; docker volume ls -q',
    ),
  ).toEqual([
    'Removing service app_web',
    'Removing secret app_tok',
    'Removing config app_cfg',
    'Removing network app_default',
    'Removing network app_front',
    'Removing network behind',
    'NAME      SERVICES',
    'app_data',
  ]);
  const nothing = await m.lab.run('node1', 'docker stack rm app; docker stack ps app');
  expect(nothing).toMatchObject({ stderr: 'Nothing found in stack: app\nnothing found in stack: app\n', exit: 1 });
});

test.each([
  ['services: 3', 'services must be a mapping'],
  ['foo: 1', '(root) Additional property foo is not allowed'],
  ['services: {a: {imag: x}}', 'services.a Additional property imag is not allowed'],
  ['services: {a: {command: x}}', 'invalid image reference for service a: no image specified'],
  ['services: {a: {image: 5}}', 'services.a.image must be a string'],
  ['services: {a: {image: b, ports: [abc]}}', "services.a.ports.0 Does not match format 'ports'"],
  ['services: {a: {image: b, deploy: {replicas: two}}}', 'services.a.deploy.replicas must be a integer'],
  [
    'services: {a: {image: b, healthcheck: {interval: abc}}}',
    "services.a.healthcheck.interval Does not match format 'duration'",
  ],
  ['services: {a: {image: b, networks: [zz]}}', 'service a: undefined network "zz"'],
  ['services: {a: {image: b, volumes: ["zz:/x"]}}', 'service a: undefined volume "zz"'],
  ['services: {a: {image: b, secrets: [zz]}}', 'service a: undefined secret "zz"'],
  ['services: {a: {image: b, deploy: {mode: bogus}}}', 'service a: Unknown mode: bogus'],
  ['version: "9"\nservices: {}', 'unsupported Compose file version: 9'],
  [
    `services: {a: {image: "\${FOO:?need foo}"}}`,
    'invalid interpolation format for services.a.image: "required variable FOO is missing a value: need foo"; you may need to escape any $ with another $',
  ],
  [
    'networks: {nn: {external: true}}\nservices: {a: {image: b, networks: [nn]}}',
    'network "nn" is declared as external, but could not be found. You need to create a swarm-scoped network before the stack is deployed',
  ],
])('%s', async (text, why) => {
  await file('bad.yml', text);
  expect(await m.fails('docker stack deploy -d -c /root/app/bad.yml bad')).toBe(`${why} [1]`);
});

test('prints what several files come to', async () => {
  await file(
    'one.yml',
    'services:\n  a: {image: alpine, command: echo $$X, environment: {K: v}, stop_grace_period: 90s}',
  );
  await file('two.yml', 'services:\n  a: {ports: ["80:80"], environment: [K=w, N=y], labels: [x=y]}');
  expect(await m.out('cd /root/app; docker stack config -c one.yml -c two.yml')).toBe(`version: "3.13"
services:
  a:
    command:
      - echo
      - $X
    environment:
      K: w
      "N": "y"
    image: alpine
    labels:
      x: "y"
    ports:
      - mode: ingress
        target: 80
        published: 80
        protocol: tcp
    stop_grace_period: 1m30s`);
});
