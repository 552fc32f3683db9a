// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of compose files
/** Several files as one: overrides, !reset and !override, extends, include, anchors. */
import { describe, expect, it } from 'vitest';
import { composeConfig, under } from './files.ts';

/** The first file's service under the second's. */
async function merged(under1: string, over: string): Promise<string> {
  const service = (text: string): string =>
    `services:\n  a:\n    image: x\n${text.replace(/^(?=.)/gm, '    ')}\nnetworks: {net: {}, m: {}}\nvolumes: {vol: {}}\n`;
  const files = { '/w/compose.yaml': service(under1), '/w/compose.override.yaml': service(over) };
  const { out, err } = await composeConfig({ files });
  return (
    err ||
    under(out, 'services', 'a')
      .replace(/^image: x\n|^networks:\n {2}default: null\n?/gm, '')
      .trim()
  );
}

describe('a file over another', () => {
  it.each([
    ['command: a b', 'command: [c]', 'command:\n  - c'],
    ['entrypoint: [a]', 'entrypoint: b', 'entrypoint:\n  - b'],
    ['environment: [A=1, B=2]', 'environment: {B: 3, C: }', 'environment:\n  A: "1"\n  B: "3"\n  C: null'],
    ['labels: {a: 1}', 'labels: [a=2, b]', 'labels:\n  a: "2"\n  b: ""'],
    ['cap_add: [A, B]', 'cap_add: [B, C]', 'cap_add:\n  - A\n  - B\n  - C'],
    ['dns: 1.1.1.1', 'dns: [2.2.2.2, 1.1.1.1]', 'dns:\n  - 1.1.1.1\n  - 2.2.2.2'],
    ['expose: [80]', 'expose: ["80", 81]', 'expose:\n  - "80"\n  - "81"'],
    ['tmpfs: /a', 'tmpfs: [/b, /a]', 'tmpfs:\n  - /a\n  - /b'],
    [
      'ports: ["80:80"]',
      'ports: ["80:80", {target: 80, published: 81}]',
      'ports:\n  - mode: ingress\n    target: 80\n    published: "80"\n    protocol: tcp\n  - mode: ingress\n    target: 80\n    published: "81"\n    protocol: tcp',
    ],
    [
      'volumes: ["vol:/d"]',
      'volumes: ["./x:/d:ro"]',
      'volumes:\n  - type: bind\n    source: /w/x\n    target: /d\n    read_only: true\n    bind:\n      create_host_path: true',
    ],
    ['ulimits: {nofile: 1}', 'ulimits: {nofile: {soft: 2, hard: 3}}', 'ulimits:\n  nofile:\n    soft: 2\n    hard: 3'],
    [
      'logging: {driver: a, options: {x: y}}',
      'logging: {driver: b, options: {z: w}}',
      'logging:\n  driver: b\n  options:\n    z: w',
    ],
    [
      'logging: {driver: a, options: {x: y}}',
      'logging: {options: {z: w}}',
      'logging:\n  driver: a\n  options:\n    x: "y"\n    z: w',
    ],
    [
      'healthcheck: {test: [CMD, a], retries: 2}',
      'healthcheck: {test: b}',
      'healthcheck:\n  test:\n    - CMD-SHELL\n    - b\n  retries: 2',
    ],
    ['extra_hosts: ["h:1.1.1.1"]', 'extra_hosts: {g: 2.2.2.2}', 'extra_hosts:\n  - g=2.2.2.2\n  - h=1.1.1.1'],
    ['networks: [net]', 'networks: {m: {aliases: [q]}}', 'networks:\n  m:\n    aliases:\n      - q\n  net: null'],
    ['x-a: {b: 1}', 'x-a: {c: 2}', 'x-a:\n  c: 2'],
    ['build: ./d', 'build: {target: t}', 'build:\n  context: /w/d\n  dockerfile: Dockerfile\n  target: t'],
    ['ports: ["80:80"]', 'ports: !reset []', ''],
    ['ports: ["80:80"]', 'ports: !reset null', ''],
    [
      'ports: ["80:80"]',
      'ports: !override ["81:81"]',
      'ports:\n  - mode: ingress\n    target: 81\n    published: "81"\n    protocol: tcp',
    ],
    ['environment: {A: 1, B: 2}', 'environment: {A: !reset null}', 'environment:\n  B: "2"'],
    ['command: x', 'command: !reset null', ''],
    ['cap_add: A', '', 'validating /w/compose.yaml: services.a.cap_add must be a array\n'],
    ['privileged: true', 'privileged: false', ''],
    ['stop_grace_period: 90s', 'hostname: h', 'hostname: h\nstop_grace_period: 1m30s'],
  ])('%s + %s', async (a, b, want) => {
    expect(await merged(a, b)).toBe(want);
  });

  it('cannot be of another kind', async () => {
    expect(await merged('ports: ["80"]', 'ports: 5')).toBe('cannot override services.a.ports\n');
    expect(await merged('deploy: {replicas: 1}', 'deploy: x')).toBe('cannot override services.a.deploy\n');
  });

  it('adds dependencies, subnets, and whole services', async () => {
    const one =
      'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x}\nnetworks:\n  default:\n    ipam: {config: [{subnet: 10.0.0.0/24}]}\n';
    const two =
      'services:\n  a: {depends_on: {c: {condition: service_healthy}}}\n  c: {image: y}\nnetworks:\n  default:\n    ipam: {config: [{subnet: 10.0.0.0/24, gateway: 10.0.0.9}]}\n';
    const { out, err } = await composeConfig(
      { files: { '/w/1.yml': one, '/w/2.yml': two } },
      '-f',
      '1.yml',
      '-f',
      '2.yml',
    );
    expect(err).toBe('');
    expect(under(out, 'services', 'a', 'depends_on')).toBe(
      'b:\n  condition: service_started\n  required: true\nc:\n  condition: service_healthy\n  required: true',
    );
    expect(under(out, 'networks', 'default', 'ipam')).toBe('config:\n  - subnet: 10.0.0.0/24\n    gateway: 10.0.0.9');
  });

  it('takes several documents of one file, standard input, and anchors', async () => {
    const yaml =
      'x-c: &c\n  restart: always\n  environment: &e {A: 1}\nservices:\n  a:\n    <<: *c\n    image: x\n---\nservices:\n  a:\n    environment: {B: 2}\n';
    const { out } = await composeConfig({ files: {}, stdin: yaml }, '-f', '-');
    const named = { files: { '/w/.env': 'COMPOSE_FILE=-' }, stdin: yaml };
    expect((await composeConfig(named)).out).toBe(out);
    expect(under(out, 'name')).toBe('w');
    expect(under(out, 'services', 'a')).toBe(
      'environment:\n  A: "1"\n  B: "2"\nimage: x\nnetworks:\n  default: null\nrestart: always',
    );
  });
});

describe('extends', () => {
  const run = (files: Record<string, string>) =>
    composeConfig({ files: Object.fromEntries(Object.entries(files).map(([k, v]) => [`/w/${k}`, v])) });

  it('takes from the same file and from others, whose paths are their own', async () => {
    const { out, err } = await run({
      'compose.yaml':
        'services:\n  a:\n    extends: b\n    environment: {A: 2}\n    ports: !reset []\n  b:\n    image: x\n    environment: {A: 1, B: 1}\n    ports: ["80:80"]\n  c:\n    extends: {file: sub/o.yml, service: s}\n    hostname: c\n',
      'sub/o.yml':
        'services:\n  base:\n    build: ./ctx\n    env_file: e.env\n  s:\n    extends: base\n    volumes: ["./d:/d"]\n    depends_on: [nobody]\n    x-k: 1\n',
      'sub/e.env': 'E=1',
    });
    expect(err).toBe('service "c" depends on undefined service "nobody": invalid compose project\n');
    expect(out).toBe('');
    const good = await run({
      'compose.yaml':
        'services:\n  a:\n    extends: b\n    environment: {A: 2}\n    ports: !reset []\n  b:\n    image: x\n    environment: {A: 1, B: 1}\n    ports: ["80:80"]\n  c:\n    extends: {file: sub/o.yml, service: s}\n    hostname: c\n',
      'sub/o.yml': 'services:\n  s:\n    extends: {file: deep/base.yml, service: base}\n    volumes: ["./d:/d"]\n',
      'sub/deep/base.yml': 'services:\n  base:\n    build: ./ctx\n    env_file: e.env\n',
      'sub/deep/e.env': 'E=1',
    });
    expect(good.err).toBe('');
    expect(under(good.out, 'services', 'a')).toBe(
      'environment:\n  A: "2"\n  B: "1"\nimage: x\nnetworks:\n  default: null',
    );
    const c = under(good.out, 'services', 'c');
    expect(c).toContain('context: /w/sub/deep/ctx');
    expect(c).toContain('source: /w/sub/d');
    expect(c).toContain('environment:\n  E: "1"\nhostname: c');
  });

  it.each([
    ['a: {extends: b}', 'cannot extend service "a" in /w/compose.yaml: service "b" not found'],
    ['a: {extends: {file: o.yml}}', 'extends.a.service is required'],
    [
      'a: {extends: {file: o.yml, service: z}}',
      'cannot extend service "a" in /w/compose.yaml: service "z" not found in o.yml',
    ],
    ['a: {extends: {file: e.yml, service: z}}', 'cannot extend service "a" in /w/e.yml: no services section'],
    ['a: {extends: {file: no.yml, service: z}}', 'open /w/no.yml: no such file or directory'],
    [
      'a: {extends: b}, b: {extends: a}',
      'Circular reference:\n  a in /w/compose.yaml\n  extends b in /w/compose.yaml\n  extends a in /w/compose.yaml',
    ],
  ])('%s', async (services, want) => {
    const { err } = await run({
      'compose.yaml': `services: {${services}}\n`,
      'o.yml': 'services: {s: {image: x}}\n',
      'e.yml': 'volumes: {}\n',
    });
    expect(err).toBe(`${want}\n`);
  });
});

describe('include', () => {
  const run = (files: Record<string, string>) =>
    composeConfig({ files: Object.fromEntries(Object.entries(files).map(([k, v]) => [`/w/${k}`, v])) });

  it('has paths and variables of its own', async () => {
    const { out, err } = await run({
      'compose.yaml':
        'include:\n  - sub/compose.yaml\n  - path: [other/c.yml, other/over.yml]\n    env_file: o.env\n    project_directory: .\nservices:\n  a: {image: x, depends_on: [b], environment: [V]}\n',
      'sub/compose.yaml':
        'services:\n  b:\n    image: y:${V}\n    volumes: ["./d:/d"]\n    environment: [V]\nvolumes: {q: {}}\n',
      'sub/.env': 'V=sub',
      'other/c.yml': 'services:\n  c:\n    image: z:${V}\n    build: ./ctx\n',
      'other/over.yml': 'services:\n  c:\n    hostname: over\n',
      'o.env': 'V=o',
    });
    expect(err).toBe('');
    expect(under(out, 'services', 'a', 'environment')).toBe('V: null');
    expect(under(out, 'services', 'b', 'image')).toBe('y:sub');
    expect(under(out, 'services', 'b', 'environment')).toBe('V: sub');
    expect(under(out, 'services', 'b')).toContain('source: /w/sub/d');
    expect(under(out, 'services', 'c', 'image')).toBe('z:o');
    expect(under(out, 'services', 'c', 'hostname')).toBe('over');
    expect(under(out, 'services', 'c', 'build', 'context')).toBe('/w/ctx');
    expect(out).not.toContain('include');
  });

  it('gives way to what the file itself says', async () => {
    const { out, err } = await run({
      'compose.yaml': 'include: [s.yml]\nservices:\n  b:\n    environment: {A: 2}\n    command: !override [new]\n',
      's.yml': 'services:\n  b: {image: y, environment: {A: 1, B: 1}, command: [old]}\n',
    });
    expect(err).toBe('');
    expect(under(out, 'services', 'b')).toBe(
      'command:\n  - new\nenvironment:\n  A: "2"\n  B: "1"\nimage: "y"\nnetworks:\n  default: null',
    );
  });

  it.each([
    ['include: x', '`include` must be a list, got x'],
    ['include: [no.yml]', 'open /w/no.yml: no such file or directory'],
    ['include: [{path: s.yml, env_file: no.env}]', 'stat /w/no.env: no such file or directory'],
    ['include: [loop.yml]', 'include cycle detected:\n/w/compose.yaml\n include /w/loop.yml\n include /w/compose.yaml'],
  ])('%s', async (top, want) => {
    const { err } = await run({
      'compose.yaml': `${top}\nservices: {a: {image: x}}\n`,
      's.yml': 'services: {s: {image: x}}\n',
      'loop.yml': 'include: [compose.yaml]\n',
    });
    expect(err).toBe(`${want}\n`);
  });
});
