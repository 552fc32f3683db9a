/** What is said of files that are wrong: YAML, schema, short forms, references, consistency. */
import { describe, expect, it } from 'vitest';
import { configOf } from './files.ts';

/** A service `a` with an image and more. */
const a = (more: string, rest = ''): string => `services:\n  a:\n    image: x\n    ${more}\n${rest}`;
const INVALID = ': invalid compose project';

async function refused(yaml: string): Promise<string> {
  const { err, out, code } = await configOf(yaml);
  expect([out, code]).toEqual(['', 1]);
  return err.replace(/\n$/, '').replace('validating /w/compose.yaml: ', '# ');
}

describe('the schema', () => {
  it.each([
    [a('x: 1\n    y: 2'), "services.a additional properties 'x', 'y' not allowed"],
    [`${a('tty: true')}foo: 1\n`, " additional properties 'foo' not allowed"],
    ['services:\n  a!: {image: x}\n', "services additional properties 'a!' not allowed"],
    ['services:\n  a: {image: 5}\n', 'services.a.image must be a string'],
    ['services:\n  a:\n', 'services.a must be a mapping'],
    ['name: 123\nservices: {}\n', 'name must be a string'],
    [a('ports: 80'), 'services.a.ports must be a array'],
    [a('ports: [{target: 80, foo: 1}]'), "services.a.ports.0 additional properties 'foo' not allowed"],
    [a('restart: false'), 'services.a.restart must be a string'],
    [a('stop_grace_period: 10'), 'services.a.stop_grace_period must be a string'],
    [a('cap_add: X'), 'services.a.cap_add must be a array'],
    [a('init: 5'), 'services.a.init must be a boolean or string'],
    [a('environment: 5'), 'services.a.environment must be a mapping'],
    [a('environment: {A: [1]}'), 'services.a.environment.A must be a boolean, null, number or string'],
    [a('depends_on: {b: {}}'), "services.a.depends_on.b missing property 'condition'"],
    [
      a('depends_on: {b: {condition: foo}}'),
      "services.a.depends_on.b.condition value must be one of 'service_started', 'service_healthy', 'service_completed_successfully'",
    ],
    [a('cgroup: x'), "services.a.cgroup value must be one of 'host', 'private'"],
    [a('group_add: [1, 1]'), 'services.a.group_add items at 0 and 1 are equal'],
    [a('cpu_percent: 101'), 'services.a.cpu_percent must be a string'],
    [a('ulimits: {nofile: {soft: 1}}'), 'services.a.ulimits.nofile must be a integer or string'],
    [a('logging: {drivr: x}'), "services.a.logging additional properties 'drivr' not allowed"],
    [a('build: {foo: 1}'), "services.a.build additional properties 'foo' not allowed"],
    [a('volumes: [{target: /x}]'), 'services.a.volumes.0 must be a string'],
    [
      a('volumes: [{type: foo, target: /x}]'),
      "services.a.volumes.0.type value must be one of 'bind', 'volume', 'tmpfs', 'cluster', 'npipe', 'image'",
    ],
    [a('networks: {n: {foo: 1}}'), "services.a.networks.n additional properties 'foo' not allowed"],
    [a('healthcheck: {tst: x}'), "services.a.healthcheck additional properties 'tst' not allowed"],
    [a('deploy: {replicas: {}}'), 'services.a.deploy.replicas must be a integer or string'],
    [
      a('tty: true', 'networks: {n: {ipam: {config: [{subnet: 5}]}}}'),
      'networks.n.ipam.config.0.subnet must be a string',
    ],
    [a('tty: true', 'volumes: {v: {size: 5}}'), "volumes.v additional properties 'size' not allowed"],
    [a('tty: true', 'volumes: [v]'), 'volumes must be a mapping'],
  ])('%s', async (yaml, want) => {
    expect(await refused(yaml)).toBe(`# ${want}`);
  });
});

describe('short forms and units', () => {
  it.each([
    ['ports: ["foo"]', 'Invalid containerPort: foo'],
    ['ports: ["70000"]', 'Invalid containerPort: 70000'],
    ['ports: ["x:80"]', 'Invalid hostPort: x'],
    ['ports: ["80:90-91"]', 'Invalid ranges specified for container and host Ports: 90-91 and 80'],
    ['ports: ["80/foo"]', 'Invalid proto: foo'],
    ['ports: [{published: 80}]', 'service ports services.a.ports.[0] is missing a target port'],
    ['ports: [{target: 80, host_ip: foo}]', 'services.a.ports.[]: invalid ip address: foo'],
    ['volumes: [":/x"]', 'invalid spec: :/x: empty section between colons'],
    ['volumes: ["aa:bb:ro:dd"]', 'invalid spec: aa:bb:ro:dd: too many colons'],
    ['volumes: [""]', 'invalid empty volume spec'],
    ['volumes: [{type: volume}]', 'service volume services.a.volumes.[0] is missing a mount target'],
    ['volumes: [{type: bind, target: /x}]', 'invalid mount config for type "bind": field Source must not be empty'],
    ['devices: ["a:b:c:d"]', 'confusing device mapping, please use long syntax: a:b:c:d'],
    ['environment: [5]', 'services.a.environment.[0]: unexpected type int'],
    ['gpus: [{count: 1, device_ids: [x]}]', 'services.a.gpus.[]: "count" and "device_ids" attributes are exclusive'],
    ['healthcheck: {interval: abc}', 'DECODE\'services[a].healthcheck.interval\' time: invalid duration "abc"'],
    ['healthcheck: {interval: "5"}', 'DECODE\'services[a].healthcheck.interval\' time: missing unit in duration "5"'],
    ['stop_grace_period: 5x', 'DECODE\'services[a].stop_grace_period\' time: unknown unit "x" in duration "5x"'],
    ['mem_limit: abc', "DECODE'services[a].mem_limit' invalid size: 'abc'"],
    ['command: "a (b"', "DECODE'services[a].command' invalid command line string"],
    ['extra_hosts: [foo]', "DECODE'services[a].extra_hosts' invalid additional host, missing IP: foo"],
    [
      'environment: ["A =1"]',
      "DECODE'services[a].environment' environment variable A  is declared with a trailing space",
    ],
  ])('%s', async (more, want) => {
    expect(await refused(a(more))).toBe(want.replace('DECODE', 'decoding failed due to the following error(s):\n\n'));
  });
});

describe('a project that does not fit together', () => {
  it.each([
    ['services: [a]', 'services must be a mapping'],
    ['services: {a: foo}', 'services.a must be a mapping'],
    ['services: {a: {command: x}}', `service "a" has neither an image nor a build context specified${INVALID}`],
    [a('networks: [nope]'), `service "a" refers to undefined network nope${INVALID}`],
    [a('volumes: ["data:/d"]'), `service "a" refers to undefined volume data${INVALID}`],
    [a('secrets: [s]'), `service "a" refers to undefined secret s${INVALID}`],
    [a('configs: [c]'), `service "a" refers to undefined config c${INVALID}`],
    [a('build: {context: ., secrets: [s]}'), `service "a" refers to undefined build secret s${INVALID}`],
    [a('depends_on: [b]'), `service "a" depends on undefined service "b"${INVALID}`],
    [a('network_mode: service:b'), `service "a" depends on undefined service "b"${INVALID}`],
    [a('depends_on: [a]'), 'dependency cycle detected: a -> a'],
    [
      a('depends_on: [b]', '  b: {image: x, depends_on: [c]}\n  c: {image: x, links: [a]}'),
      'dependency cycle detected: a -> b -> c -> a',
    ],
    [
      a('network_mode: host\n    networks: [n]', 'networks: {n: }'),
      `service a declares mutually exclusive \`network_mode\` and \`networks\`${INVALID}`,
    ],
    [a('healthcheck: {test: [x]}'), 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"'],
    [
      a('scale: 2\n    deploy: {replicas: 3}'),
      `services.a: can't set distinct values on 'scale' and 'deploy.replicas'${INVALID}`,
    ],
    [
      a('mem_limit: 1g\n    deploy: {resources: {limits: {memory: 2g}}}'),
      `services.a: can't set distinct values on 'mem_limit' and 'deploy.resources.limits.memory'${INVALID}`,
    ],
    [
      a('scale: 2\n    container_name: cc'),
      `services.scale: can't set container_name and a as container name must be unique${INVALID}`,
    ],
    [
      a('container_name: cc', '  b: {image: x, container_name: cc}'),
      'services.b: container name "cc" is already in use by service a"',
    ],
    [a('tty: true', 'secrets: {s: {}}'), 'secrets.s: one of file|environment must be set'],
    [
      a('tty: true', 'secrets: {s: {file: a, environment: b}}'),
      'secrets.s: file|environment attributes are mutually exclusive',
    ],
    [a('tty: true', 'configs: {s: {}}'), 'configs.s: one of file|environment|content must be set'],
    [
      a('tty: true', 'volumes: {v: {external: true, driver: local}}'),
      'volumes.v: conflicting parameters "external" and "driver" specified',
    ],
    [
      a('build: {dockerfile: d, dockerfile_inline: FROM x}'),
      `service "a" declares mutualy exclusive dockerfile and dockerfile_inline${INVALID}`,
    ],
  ])('%s', async (yaml, want) => {
    expect(await refused(yaml)).toBe(want);
  });
});

describe('YAML', () => {
  it.each([
    ['services:\n  a:\n    image: b: c\n', 'line 3: mapping values are not allowed in this context'],
    ['services:\n  a:\n   image: b\n    foo: c\n', 'line 4: mapping values are not allowed in this context'],
    ['services:\n  a\n  b: c\n', 'line 3: mapping values are not allowed in this context'],
    ['services:\n  a:\n    image: b\n   foo: c\n', 'line 1: did not find expected key'],
    ['services:\n  a:\n    image: b\n    ports:\n      - "1"\n     - "2"\n', 'line 2: did not find expected key'],
    ['x:\n  - a\n  b: c\n', "line 1: did not find expected '-' indicator"],
    ['services:\n\ta:\n', 'line 2: found character that cannot start any token'],
    ['services:\n  a:\n    image: @x\n', 'line 3: found character that cannot start any token'],
    ['services:\n  a:\n    image: "b\n', 'line 3: found unexpected end of stream'],
    ['services:\n  a: [b\n', "line 1: did not find expected ',' or ']'"],
    ['a: 1\nb: 2\nc 2\nd: 3\n', "line 3: could not find expected ':'"],
    ['a: - b\n', 'block sequence entries are not allowed in this context'],
    ['a: *x\n', "unknown anchor 'x' referenced"],
    ['a: 1\na: 2\n', 'unmarshal errors:\n  line 2: mapping key "a" already defined at line 1'],
  ])('%j', async (yaml, want) => {
    expect(await refused(yaml)).toBe(`yaml: ${want}`);
  });

  it('keeps keys apart, which are texts', async () => {
    expect(await refused(a('image: y'))).toBe('line 4: mapping key "image" already defined at line 3');
    expect(await refused(a('labels: {1: x}'))).toBe('non-string key in services.a.labels: 1');
    expect(await refused('x-h: &h\n  e:\n    <<: *h\n')).toBe(
      'cycle detected: node at path x-h.e.e references node at path x-h.e',
    );
  });

  it('lies in itself so deep and no deeper', async () => {
    const nested = (n: number, open: string, close: string): string => `${open.repeat(n)}x${close.repeat(n)}`;
    const lists = (n: number): string => `x-a: ${nested(n, '[', ']')}\nservices: {a: {image: x}}\n`;
    expect((await configOf(lists(400), '-q')).err).toBe('');
    expect(await refused(lists(600))).toBe('yaml: exceeded max depth of 500');
    const blocks = Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}k:`).join('\n');
    expect(await refused(blocks)).toBe('yaml: exceeded max depth of 500');
    expect((await configOf(`name: "${nested(400, '${A:-', '}')}"\nservices: {a: {image: x}}\n`)).err).toBe('');
    expect(await refused(a(`hostname: "${nested(600, '${A:-', '}')}"`))).toMatch(/^invalid interpolation format for/);
  });

  it('is not unfolded without end', async () => {
    const tenfold = (i: number): string => `x-${i}: &a${i} [${`*a${i - 1},`.repeat(10)}]\n`;
    const bomb = `x-0: &a0 [${'x,'.repeat(10)}]\n${[1, 2, 3, 4, 5, 6, 7, 8].map(tenfold).join('')}`;
    expect(await refused(bomb)).toBe('yaml: document contains excessive aliasing');
    const many = `x-a: &a [x]\nservices: {a: {image: x}}\nx-b: [${'*a,x,'.repeat(600)}]\n`;
    expect((await configOf(many, '-q')).err).toBe('');
  });
});
