/**
 * The images that a lab's engine has: contents, sizes and configs after those the golden transcripts were taken with.
 *
 * Limits: sizes are those of the recorded images, not sums over the files a layer lists.
 */
import { ALPINE_FILES } from './alpine.ts';
import { NGINX_FILES } from './apps/nginx/files.ts';
import { BUSYBOX_FILES } from './busybox.ts';
import { DEBIAN_FILES, PROCPS, WEB_TOOLS } from './debian.ts';
import { WEBAPP_SOURCE } from './scripts.ts';
import { type ImageSpec, type ImageStep, NO_CONFIG } from './spec.ts';

/**
 * When the images were made, in ns since 1970: Mon 23 Nov 2026 22:00:00 UTC, the hour of the golden transcripts. It does not
 * follow a lab's clock, so that an image has one id everywhere.
 */
export const MADE = 1795471200n * 1_000_000_000n;

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const imported = (files: NonNullable<ImageStep['files']>, size: number): ImageStep[] => [
  { files, size, createdBy: '', comment: 'Imported from -' },
];
const built = (createdBy: string): ImageStep => ({ size: 0, createdBy, comment: 'buildkit.dockerfile.v0' });

const POSTGRES =
  '/usr/lib/postgresql/$PG_VERSION/bin/postgres -D /var/lib/postgresql/$PG_VERSION/main/ ' +
  '-c config_file=/etc/postgresql/$PG_VERSION/main/postgresql.conf';

/** Oldest first. */
export const catalog: readonly ImageSpec[] = [
  {
    name: 'busybox',
    age: 640,
    steps: imported(BUSYBOX_FILES, 2065256),
    comment: 'Imported from -',
    config: { ...NO_CONFIG, Cmd: ['sh'] },
  },
  {
    name: 'debian',
    age: 635,
    steps: imported(DEBIAN_FILES, 123193612),
    comment: 'Imported from -',
    config: { ...NO_CONFIG, Cmd: ['bash'] },
  },
  {
    name: 'ubuntu',
    age: 631,
    from: 'debian',
    steps: imported(PROCPS, 0),
    comment: 'Imported from -',
    config: { ...NO_CONFIG, Cmd: ['bash'] },
  },
  {
    name: 'nginx',
    age: 627,
    steps: imported(
      {
        ...DEBIAN_FILES,
        '/usr/sbin/nginx': { program: 'nginx', size: 1_300_000 },
        '/docker-entrypoint.sh': { program: 'docker-entrypoint', mode: 0o755 },
        ...NGINX_FILES,
      },
      84373460,
    ),
    comment: 'Imported from -',
    config: {
      ...NO_CONFIG,
      Cmd: ['nginx', '-g', 'daemon off;'],
      Entrypoint: ['/docker-entrypoint.sh'],
      ExposedPorts: { '80/tcp': {} },
      StopSignal: 'SIGQUIT',
    },
  },
  {
    name: 'redis',
    age: 624,
    steps: imported(
      {
        ...DEBIAN_FILES,
        '/usr/bin/redis-server': { program: 'redis-server', size: 1_800_000 },
        '/usr/bin/redis-cli': { program: 'redis-cli', size: 900_000 },
        '/usr/local/bin/docker-entrypoint.sh': { program: 'docker-entrypoint', mode: 0o755 },
        '/data': { dir: true },
      },
      90926481,
    ),
    comment: 'Imported from -',
    config: {
      ...NO_CONFIG,
      Cmd: ['redis-server'],
      Entrypoint: ['docker-entrypoint.sh'],
      ExposedPorts: { '6379/tcp': {} },
      Volumes: null,
      WorkingDir: '/data',
    },
  },
  {
    name: 'training/base',
    age: 620,
    steps: imported(
      {
        ...DEBIAN_FILES,
        ...WEB_TOOLS,
        '/opt/webapp/app.py': { text: WEBAPP_SOURCE, program: 'webapp', mode: 0o755 },
        '/usr/lib/postgresql/9.3/bin/postgres': { program: 'postgres', size: 5_000 },
        '/var/lib/postgresql/9.3/main': { dir: true, uid: 999, gid: 999 },
        '/etc/postgresql/9.3/main/postgresql.conf': "listen_addresses = '*'\nport = 5432\n",
      },
      146000690,
    ),
    comment: 'Imported from -',
    config: { ...NO_CONFIG, Cmd: ['bash'] },
  },
  {
    name: 'training/postgres',
    age: 619,
    from: 'training/base',
    steps: [built('ENV PG_VERSION=9.3'), built('EXPOSE [5432/tcp]'), built(`CMD ["su" "postgres" "-c" "${POSTGRES}"]`)],
    comment: 'buildkit.dockerfile.v0',
    config: {
      ...NO_CONFIG,
      Cmd: ['su', 'postgres', '-c', POSTGRES],
      Env: [PATH, 'PG_VERSION=9.3'],
      ExposedPorts: { '5432/tcp': {} },
    },
  },
  {
    name: 'training/webapp',
    age: 617,
    from: 'training/base',
    steps: [
      { ...built('WORKDIR /opt/webapp'), files: { '/opt/webapp': { dir: true } } },
      built('EXPOSE [5000/tcp]'),
      built('CMD ["python" "app.py"]'),
    ],
    comment: 'buildkit.dockerfile.v0',
    config: {
      ...NO_CONFIG,
      Cmd: ['python', 'app.py'],
      Env: [PATH],
      ExposedPorts: { '5000/tcp': {} },
      WorkingDir: '/opt/webapp',
    },
  },
  {
    name: 'alpine',
    age: 616,
    from: 'busybox',
    steps: imported(ALPINE_FILES, 102),
    comment: 'Imported from -',
    config: { ...NO_CONFIG, Cmd: ['sh'] },
  },
];
