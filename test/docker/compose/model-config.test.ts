// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of compose files
/** What `config` prints: where files are found, names, profiles, long forms, YAML's and JSON's looks, lists. */
import { describe, expect, it } from 'vitest';
import { composeConfig, configOf, under } from './files.ts';

const ONE = 'services: {a: {image: x}}\n';
const image = (name: string): string => `services: {a: {image: ${name}}}\n`;

describe('files', () => {
  const imageOf = async (world: Parameters<typeof composeConfig>[0], ...args: string[]): Promise<string> => {
    const { out, err } = await composeConfig(world, ...args);
    return err + under(out, 'services', 'a', 'image');
  };

  it('are found by their names, here and above, with what overrides them', async () => {
    const files: Record<string, string> = { '/w/docker-compose.yml': image('one') };
    expect(await imageOf({ files })).toBe('one');
    expect(await imageOf({ files, cwd: '/w/deep/er' })).toBe('one');
    files['/w/docker-compose.override.yml'] = image('two');
    expect(await imageOf({ files })).toBe('two');
    files['/w/compose.yml'] = image('three');
    expect(await imageOf({ files })).toBe(
      'level=warning msg="Found multiple config files with supported names: /w/compose.yml, /w/docker-compose.yml"\n' +
        'level=warning msg="Using /w/compose.yml"\ntwo',
    );
  });

  it('are named by flags and the environment', async () => {
    const files = {
      '/w/a.yml': image('a'),
      '/w/b.yml': image('b'),
      '/x/compose.yaml': image('c'),
      '/w/.env': 'COMPOSE_FILE=a.yml',
    };
    expect(await imageOf({ files })).toBe('a');
    expect(await imageOf({ files, env: { COMPOSE_FILE: 'a.yml:b.yml' } })).toBe('b');
    expect(await imageOf({ files, env: { COMPOSE_FILE: 'b.yml;a.yml', COMPOSE_PATH_SEPARATOR: ';' } })).toBe('a');
    expect(await imageOf({ files, env: { COMPOSE_FILE: 'a.yml' } }, '-f', 'b.yml')).toBe('b');
    expect(await imageOf({ files: { '/x/compose.yaml': image('c') } }, '--project-directory', '/x')).toBe('c');
    expect(await imageOf({ files }, '-f', 'no.yml')).toBe('open /w/no.yml: no such file or directory\n');
    expect(await imageOf({ files: {} })).toBe('no configuration file provided: not found\n');
  });

  it('may hold nothing, or what is no mapping', async () => {
    expect((await configOf('')).err).toBe('empty compose file\n');
    expect((await configOf('# nothing\n')).err).toBe('empty compose file\n');
    expect((await configOf('---\n')).err).toBe('top-level object must be a mapping\n');
    expect((await configOf('- a\n')).err).toBe(
      'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into cli.named\n',
    );
    expect((await configOf('services: {}\n')).out).toBe('name: w\nservices: {}\n');
  });

  it('name an obsolete version once', async () => {
    const { err, code } = await configOf(`version: "3.8"\n${ONE}`);
    expect(err).toBe(
      'level=warning msg="/w/compose.yaml: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion"\n',
    );
    expect(code).toBe(0);
  });
});

describe('names', () => {
  const name = async (world: Partial<Parameters<typeof composeConfig>[0]>, ...args: string[]): Promise<string> => {
    const { out, err } = await composeConfig(
      { files: { '/My Dir_1/compose.yaml': ONE }, cwd: '/My Dir_1', ...world },
      ...args,
    );
    return err + under(out, 'name');
  };

  it('come from flags, the environment, the file, the directory', async () => {
    const files = { '/My Dir_1/compose.yaml': `name: In-\${X:-File}\n${ONE}` };
    expect(await name({})).toBe('mydir_1');
    expect(await name({ files })).toBe('in-file');
    expect(await name({ files, env: { X: 'Env' } })).toBe('in-env');
    expect(await name({ files, env: { COMPOSE_PROJECT_NAME: 'env' } })).toBe('env');
    expect(await name({ files, env: { COMPOSE_PROJECT_NAME: 'env' } }, '-p', 'flag')).toBe('flag');
    expect(await name({}, '-p', 'Bad Name')).toBe(
      'invalid project name "Bad Name": must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number\n',
    );
  });

  it('stand before those of networks, volumes, secrets and configs, unless these have their own', async () => {
    const { out } = await configOf(
      'name: p\nservices:\n  a:\n    image: x\n    networks: [n1, n2, n3]\n    volumes: ["v1:/1", "v2:/2"]\n    configs: [c1]\nnetworks: {n1: , n2: {name: own}, n3: {external: true}}\nvolumes: {v1: {}, v2: {external: {name: old}}}\nconfigs: {c1: {content: hi}}\n',
    );
    expect(out.slice(out.indexOf('\nnetworks:'))).toBe(
      '\nnetworks:\n  n1:\n    name: p_n1\n  n2:\n    name: own\n  n3:\n    name: n3\n    external: true\nvolumes:\n  v1:\n    name: p_v1\n  v2:\n    name: old\n    external: true\nconfigs:\n  c1:\n    name: p_c1\n    content: hi\n',
    );
  });
});

describe('profiles', () => {
  const FILE =
    'services:\n  a: {image: x}\n  b: {image: x, profiles: [dev, test]}\n  c: {image: x, profiles: [test], depends_on: {b: {condition: service_started}}}\nvolumes: {v1: {}}\n';
  const services = async (env: Record<string, string>, ...args: string[]): Promise<string> => {
    const { out, err } = await composeConfig({ files: { '/w/compose.yaml': FILE }, env }, '--services', ...args);
    return err + out.split('\n').join(' ').trim();
  };

  it('choose services', async () => {
    expect(await services({})).toBe('a');
    expect(await services({}, '--profile', 'dev')).toBe('a b');
    expect(await services({ COMPOSE_PROFILES: 'dev, test' })).toBe('a b c');
    expect(await services({}, '--profile', '*')).toBe('a b c');
    const { out } = await composeConfig({ files: { '/w/compose.yaml': FILE } }, '--profiles');
    expect(out).toBe('dev\ntest\n');
  });

  it('are turned on for services asked for, which come with what they need', async () => {
    const { out } = await composeConfig({ files: { '/w/compose.yaml': FILE } }, 'b');
    expect(under(out, 'services')).toBe(
      'b:\n  profiles:\n    - dev\n    - test\n  image: x\n  networks:\n    default: null',
    );
    const both = await composeConfig({ files: { '/w/compose.yaml': FILE } }, 'c');
    expect(under(both.out, 'services')).toMatch(/^b:\n.*\nc:\n/s);
    expect((await composeConfig({ files: { '/w/compose.yaml': FILE } }, 'z')).err).toBe('no such service: z\n');
  });
});

/** Keys of a service and how they are printed. */
const LONG_FORMS: [string, string][] = [
  ['command: echo "a b" \'c d\' e\\ f', 'command:\n  - echo\n  - a b\n  - c d\n  - e f'],
  ['command: \'sh -c "a; b" && c\'', 'command:\n  - sh\n  - -c\n  - a; b'],
  ['command: "echo $(x y) `z` a\\\\tb"', 'command:\n  - echo\n  - $$(x y)\n  - \'`z`\'\n  - "a\\tb"'],
  ['command: []', 'command: []'],
  ['command: ""', 'command: []'],
  ['command:', ''],
  ['ports: [3000]', 'ports:\n  - mode: ingress\n    target: 3000\n    protocol: tcp'],
  [
    'ports: ["127.0.0.1::53/udp"]',
    'ports:\n  - mode: ingress\n    host_ip: 127.0.0.1\n    target: 53\n    protocol: udp',
  ],
  [
    'ports: ["9090-9091:80-81"]',
    'ports:\n  - mode: ingress\n    target: 80\n    published: "9090"\n    protocol: tcp\n  - mode: ingress\n    target: 81\n    published: "9091"\n    protocol: tcp',
  ],
  ['ports: ["9000-9005:80"]', 'ports:\n  - mode: ingress\n    target: 80\n    published: 9000-9005\n    protocol: tcp'],
  [
    'ports: ["[::1]:80:80"]',
    'ports:\n  - mode: ingress\n    host_ip: ::1\n    target: 80\n    published: "80"\n    protocol: tcp',
  ],
  [
    'ports: [{name: w, target: 80, host_ip: 127.0.0.1, published: 80-90, mode: host, app_protocol: http}]',
    'ports:\n  - name: w\n    mode: host\n    host_ip: 127.0.0.1\n    target: 80\n    published: 80-90\n    protocol: tcp\n    app_protocol: http',
  ],
  ['volumes: [/anon]', 'volumes:\n  - type: volume\n    target: /anon\n    volume: {}'],
  [
    'volumes: ["vol:/d:nocopy"]',
    'volumes:\n  - type: volume\n    source: vol\n    target: /d\n    volume:\n      nocopy: true',
  ],
  [
    'volumes: ["~/x:/d/:ro,Z,rslave"]',
    'volumes:\n  - type: bind\n    source: /root/x\n    target: /d\n    read_only: true\n    bind:\n      selinux: Z\n      propagation: rslave\n      create_host_path: true',
  ],
  [
    'volumes: [{type: bind, source: ., target: /d, bind: {create_host_path: false}}]',
    'volumes:\n  - type: bind\n    source: /w\n    target: /d\n    bind: {}',
  ],
  [
    'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1g}}]',
    'volumes:\n  - type: tmpfs\n    target: /t\n    tmpfs:\n      size: "1073741824"',
  ],
  [
    'devices: [/dev/a, "/dev/b:/c:r"]',
    'devices:\n  - source: /dev/a\n    target: /dev/a\n    permissions: rwm\n  - source: /dev/b\n    target: /c\n    permissions: r',
  ],
  ['extra_hosts: ["b=2.2.2.2", "a:[::1]"]', 'extra_hosts:\n  - a=::1\n  - b=2.2.2.2'],
  ['gpus: all', 'gpus:\n  - count: -1'],
  ['mem_limit: 1.5g', 'mem_limit: "1610612736"'],
  ['memswap_limit: -1', 'memswap_limit: "-1"'],
  ['cpus: "0.50"', 'cpus: 0.5'],
  ['init: false', 'init: false'],
  ['tty: false', ''],
  ['scale: 0', 'scale: 0'],
  ['user: 1000:1000', 'user: 1000:1000'],
  ['mac_address: 02:42:ac:11:65:43', 'mac_address: 02:42:ac:11:65:43'],
  ['healthcheck: {disable: true}', 'healthcheck:\n  disable: true'],
  ['healthcheck: {test: ["NONE"], interval: 1h0m5s}', 'healthcheck:\n  test:\n    - NONE\n  interval: 1h0m5s'],
  ['stop_grace_period: 1500ms', 'stop_grace_period: 1.5s'],
  ['pull_policy: if_not_present', 'pull_policy: missing'],
  ['labels: {a: 1.50, b: true, c: , d: 010}', 'labels:\n  a: "1.5"\n  b: "true"\n  c: ""\n  d: "8"'],
  ['storage_opt: {size: 1G}', 'storage_opt:\n  size: 1G'],
  [
    'deploy: {replicas: 0, resources: {limits: {cpus: 2}}, placement: {}}',
    'deploy:\n  replicas: 0\n  resources:\n    limits:\n      cpus: 2',
  ],
  ['deploy: {}', 'deploy: {}'],
  ['secrets: [tok]', 'secrets:\n  - source: tok\n    target: /run/secrets/tok'],
  ['configs: [{source: cfg, mode: 0440}]', 'configs:\n  - source: cfg\n    mode: "0440"'],
  ['configs: [{source: cfg, mode: "755"}]', 'configs:\n  - source: cfg\n    mode: "0755"'],
  ['configs: [{source: cfg, mode: 755}]', 'configs:\n  - source: cfg\n    mode: "01363"'],
  ['env_file: []', ''],
  [
    'provider: {type: t, options: {a: 1, b: [x, 2]}}',
    'provider:\n  type: t\n  options:\n    a:\n      - "1"\n    b:\n      - x\n      - "2"',
  ],
];

describe('a service', () => {
  it.each(LONG_FORMS)('%s', async (given, want) => {
    const more = 'volumes: {vol: {}}\nsecrets: {tok: {file: t}}\nconfigs: {cfg: {file: c}}\n';
    const { out, err } = await configOf(`services:\n  a:\n    image: x\n    network_mode: none\n    ${given}\n${more}`);
    expect(err).toBe('');
    expect(
      under(out, 'services', 'a')
        .replace(/^(?:image: x|network_mode: none)\n?/gm, '')
        .trim(),
    ).toBe(want);
    // what is printed says the same; but a path that is not to be made prints nothing
    if (!given.includes('false}}]')) expect(await configOf(out)).toEqual({ out, err: '', code: 0 });
  });

  it('depends on what it links to and shares namespaces with', async () => {
    const { out } = await configOf(
      'services:\n  a:\n    image: x\n    links: ["b:alias"]\n    network_mode: service:c\n    ipc: service:c\n    volumes_from: ["d:ro", "container:q"]\n  b: {image: x}\n  c: {image: x}\n  d: {image: x}\n',
    );
    const on = (restart: boolean): string =>
      `  condition: service_started\n${restart ? '  restart: true\n' : ''}  required: true\n`;
    expect(under(out, 'services', 'a', 'depends_on')).toBe(`b:\n${on(true)}c:\n${on(true)}d:\n${on(false)}`.trimEnd());
    expect(under(out, 'services', 'a', 'networks')).toBe('');
  });
});

describe('YAML', () => {
  it.each([
    ['""', '""'],
    ['"true"', '"true"'],
    ['"yes"', '"yes"'],
    ['"N"', '"N"'],
    ['"null"', '"null"'],
    ['"~"', '"~"'],
    ['"1.0"', '"1.0"'],
    ['"0x1f"', '"0x1f"'],
    ['"1e3"', '"1e3"'],
    ['"1_000"', '"1_000"'],
    ['"2020-01-01"', '"2020-01-01"'],
    ['"22:22"', '"22:22"'],
    ['"8080:80"', '8080:80'],
    ['"a: b"', "'a: b'"],
    ['"a #b"', "'a #b'"],
    ['"a#b"', 'a#b'],
    ['"#b"', "'#b'"],
    ['"it\'s"', "it's"],
    ['"@x"', "'@x'"],
    ['"- x"', "'- x'"],
    ['"-x"', '-x'],
    ['" x"', "' x'"],
    ['"x "', "'x '"],
    ['"a\\tb"', '"a\\tb"'],
    ['"\\e[0m"', '"\\e[0m"'],
    ['"ü€😀"', 'ü€😀'],
    ['"a\\nb"', '|-\n  a\n  b'],
    ['"a\\nb\\n"', '|\n  a\n  b'],
    ['"a\\n\\nb\\n\\n"', '|+\n  a\n\n  b'],
    ['" a\\nb"', '|2-\n   a\n  b'],
    ['"a \\nb"', '"a \\nb"'],
    ['"{x}"', "'{x}'"],
    ['"x{y}"', 'x{y}'],
  ])('%s is printed %s', async (given, want) => {
    const { out } = await configOf(
      `services:\n  a:\n    image: x\n    network_mode: none\n    environment:\n      K: ${given}\n`,
    );
    const at = out.indexOf('      K: ') + '      K: '.length;
    expect(
      out
        .slice(at, out.indexOf('\n    image: x'))
        .replace(/\n {6}/g, '\n')
        .trimEnd(),
    ).toBe(want);
  });

  it('sorts keys with the numbers in them', async () => {
    const { out } = await configOf(
      'services: {a10: {image: x}, a2: {image: x}, B: {image: x}, a-1: {image: x}, a: {image: x}}\n',
    );
    expect(under(out, 'services').match(/^\S+(?=:)/gm)).toEqual(['B', 'a', 'a-1', 'a2', 'a10']);
  });
});

describe('other ways', () => {
  const FILE =
    'services:\n  a:\n    image: x:$${T}\n    build: .\n    ports: ["80"]\n    command: ["<&>"]\n    x-q: 1\n    deploy: {replicas: 2}\nx-top: {b: 1}\n';

  it('JSON prints what Go prints always, and no extensions of services', async () => {
    const { out } = await configOf(FILE, '--format', 'json');
    expect(out).toBe(`{
  "name": "w",
  "networks": {
    "default": {
      "name": "w_default",
      "ipam": {}
    }
  },
  "services": {
    "a": {
      "build": {
        "context": "/w",
        "dockerfile": "Dockerfile"
      },
      "command": [
        "\\u003c\\u0026\\u003e"
      ],
      "deploy": {
        "replicas": 2,
        "resources": {},
        "placement": {}
      },
      "entrypoint": null,
      "image": "x:$\${T}",
      "networks": {
        "default": null
      },
      "ports": [
        {
          "mode": "ingress",
          "target": 80,
          "protocol": "tcp"
        }
      ]
    }
  },
  "x-top": {
    "b": 1
  }
}`);
    expect((await configOf(FILE, '--format', 'toml')).err).toBe('unsupported format "toml"\n');
  });

  it('leaves variables, paths, defaults and checks alone when told so', async () => {
    const yaml = 'services:\n  a:\n    image: x:${T}\n    build: ./d\n    ports: ["${P}:80"]\n';
    const raw = await configOf(yaml, '--no-interpolate');
    expect(raw.err).toBe('');
    expect(under(raw.out, 'services', 'a')).toBe(
      'build:\n  context: /w/d\n  dockerfile: Dockerfile\nimage: x:${T}\nnetworks:\n  default: null\nports:\n  - ${P}:80',
    );
    const plain = await configOf('services:\n  a:\n    build: ./d\n', '--no-path-resolution', '--no-normalize');
    expect(plain.out).toBe('name: w\nservices:\n  a:\n    build:\n      context: ./d\n');
    const odd = await configOf('services:\n  a: {command: x}\n', '--no-consistency');
    expect(odd.code).toBe(0);
  });

  it('lists one kind of thing', async () => {
    const yaml =
      'services:\n  a: {image: x, depends_on: [b], networks: [n2], volumes: ["vol:/d"]}\n  b: {build: ., networks: [n1, n2]}\nnetworks: {n1: , n2: , n3: }\nvolumes: {vol: , unused: }\n';
    const list = async (...args: string[]): Promise<string> =>
      (await configOf(yaml, ...args)).out.replaceAll('\n', ' ');
    expect(await list('--services')).toBe('b a ');
    expect(await list('--images')).toBe('x w-b ');
    expect(await list('--networks')).toBe('n1 n2 ');
    expect(await list('--volumes')).toBe('vol ');
    expect(await list('--volumes', '--all-resources')).toBe('unused vol ');
    expect(await list('-q')).toBe('');
    expect((await configOf('services: {a: {image: x, foo: 1}}', '-q')).code).toBe(1);
  });

  it('hashes services by what a container is made of', async () => {
    const hash = async (yaml: string): Promise<string> => (await configOf(yaml, '--hash', 'a')).out;
    const front =
      'services:\n  a:\n    image: nginx\n    ports: ["8080:80"]\n    networks: [front]\nnetworks: {front: }\n';
    // as a real engine labelled it
    expect(await hash(front)).toBe('a eb92dfd765f54e99c37de35b2bb137c055677a6010099dee69b90c6d05fd9876\n');
    const one = await hash('services: {a: {image: x}}');
    expect(await hash('services: {a: {image: x, scale: 2, pull_policy: always, build: .}}')).toBe(one);
    expect(await hash('services: {a: {image: x, tty: true}}')).not.toBe(one);
    expect((await configOf('services: {a: {image: x}}', '--hash', 'z')).err).toBe('no such service: z: not found\n');
  });

  it('implies nothing for the sake of compatibility', async () => {
    const { out } = await configOf('services: {a: {image: x}}', '--compatibility');
    expect(out).toBe('name: w\nservices:\n  a:\n    image: x\n');
  });

  it('writes to a file', async () => {
    const files: Record<string, string> = { '/w/compose.yaml': ONE };
    const { out } = await composeConfig({ files }, '-o', 'out.yaml');
    expect(out).toBe('');
    expect(files['/w/out.yaml']).toBe(
      'name: w\nservices:\n  a:\n    image: x\n    networks:\n      default: null\nnetworks:\n  default:\n    name: w_default\n',
    );
  });
});
