/** Bases: Alpine, Debian, Ubuntu, BusyBox, Python. */
import type { LayerSpec } from '../../../linux/kernel/machine.ts';
import { ALPINE_FILES } from '../alpine.ts';
import { BUSYBOX_FILES } from '../busybox.ts';
import { DEBIAN_FILES, ubuntuFiles } from '../debian.ts';
import { image, layer, setting } from './steps.ts';

/** Accounts of alpine-baselayout-data. */
const account = (row: string): string => {
  const [name = '', uid, gid, home, shell = '/sbin/nologin'] = row.split(' ');
  return `${name}:x:${uid}:${gid}:${name}:${home}:${shell}\n`;
};
const PASSWD = [
  'root 0 0 /root /bin/sh',
  'bin 1 1 /bin',
  'daemon 2 2 /sbin',
  'adm 3 4 /var/adm',
  'lp 4 7 /var/spool/lpd',
  'sync 5 0 /sbin /bin/sync',
  'mail 8 12 /var/mail',
  'ftp 21 21 /var/lib/ftp',
  'sshd 22 22 /dev/null',
  'postgres 70 70 /var/lib/postgresql /bin/sh',
  'www-data 82 82 /home/www-data',
  'guest 405 100 /dev/null',
  'nobody 65534 65534 /',
];
const GROUP =
  'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mem:8 kmem:9 wheel:10 floppy:11 mail:12 news:13 uucp:14 cron:16 ' +
  'audio:18 cdrom:19 dialout:20 ftp:21 sshd:22 input:23 tape:26 video:27 netdev:28 kvm:34 games:35 shadow:42 postgres:70 ' +
  'www-data:82 users:100 ntp:123 nogroup:65533 nobody:65534';

const DIRS = 'media mnt opt run srv var/cache var/lib var/local var/log var/mail var/opt var/spool'.split(' ');

const alpine = (version: string): LayerSpec => ({
  ...Object.fromEntries(DIRS.map((dir) => [`/${dir}`, { dir: true }])),
  '/etc/passwd': PASSWD.map(account).join(''),
  '/etc/group': GROUP.split(' ')
    .map((g) => `${g.replace(':', ':x:')}:\n`)
    .join(''),
  '/etc/alpine-release': `${version}.0\n`,
  '/etc/os-release': `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}.0\nPRETTY_NAME="Alpine Linux v${version}"\nHOME_URL="https://alpinelinux.org/"\n`,
  '/etc/apk/repositories': `http://dl-cdn.alpinelinux.org/alpine/v${version}/main\nhttp://dl-cdn.alpinelinux.org/alpine/v${version}/community\n`,
});

const ALPINE = layer(
  'ADD alpine-minirootfs.tar.gz / # buildkit',
  { ...BUSYBOX_FILES, ...ALPINE_FILES, ...alpine('3.22') },
  8_310_000,
);
const sh = { Cmd: ['/bin/sh'] };
const bash = { Cmd: ['bash'], WorkingDir: '' };
const debian = (name: string, version: string): Record<string, string> => ({
  '/etc/debian_version': `${version}\n`,
  '/etc/os-release': `PRETTY_NAME="Debian GNU/Linux ${version.split('.')[0]} (${name})"\nNAME="Debian GNU/Linux"\nVERSION_ID="${version.split('.')[0]}"\nVERSION_CODENAME=${name}\nID=debian\nHOME_URL="https://www.debian.org/"\n`,
  '/etc/apt/sources.list.d/debian.sources': `Types: deb\nURIs: http://deb.debian.org/debian\nSuites: ${name} ${name}-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.pgp\n\nTypes: deb\nURIs: http://deb.debian.org/debian-security\nSuites: ${name}-security\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.pgp\n`,
});
const rootfs = (name: string): string => `# debian.sh --arch 'amd64' out/ '${name}' '@1762726800'`;

export const DISTROS = [
  image('alpine:3.22', 40, undefined, [ALPINE, setting('CMD ["/bin/sh"]')], sh),
  image(
    'alpine:3.20',
    200,
    undefined,
    [
      layer(
        'ADD alpine-minirootfs.tar.gz / # buildkit',
        { ...BUSYBOX_FILES, ...ALPINE_FILES, ...alpine('3.20') },
        7_800_000,
      ),
      setting('CMD ["/bin/sh"]'),
    ],
    sh,
  ),
  image(
    'debian:trixie',
    14,
    undefined,
    [layer(rootfs('trixie'), { ...DEBIAN_FILES, ...debian('trixie', '13.2') }, 120_000_000)],
    bash,
  ),
  image(
    'debian:trixie-slim',
    14,
    undefined,
    [layer(rootfs('trixie-slim'), { ...DEBIAN_FILES, ...debian('trixie', '13.2') }, 78_600_000)],
    bash,
  ),
  image(
    'debian:bookworm',
    14,
    undefined,
    [layer(rootfs('bookworm'), { ...DEBIAN_FILES, ...debian('bookworm', '12.12') }, 117_000_000)],
    bash,
  ),
  image(
    'debian:bookworm-slim',
    14,
    undefined,
    [layer(rootfs('bookworm-slim'), { ...DEBIAN_FILES, ...debian('bookworm', '12.12') }, 74_800_000)],
    bash,
  ),
  image(
    'ubuntu:24.04',
    30,
    undefined,
    [
      layer(
        '/bin/sh -c #(nop) ADD file:ubuntu in / ',
        { ...DEBIAN_FILES, ...ubuntuFiles('noble', '24.04') },
        78_100_000,
      ),
      setting('/bin/sh -c #(nop)  CMD ["/bin/bash"]'),
    ],
    { ...bash, Cmd: ['/bin/bash'] },
  ),
  image(
    'ubuntu:22.04',
    30,
    undefined,
    [
      layer(
        '/bin/sh -c #(nop) ADD file:ubuntu in / ',
        { ...DEBIAN_FILES, ...ubuntuFiles('jammy', '22.04') },
        77_900_000,
      ),
      setting('/bin/sh -c #(nop)  CMD ["/bin/bash"]'),
    ],
    { ...bash, Cmd: ['/bin/bash'] },
  ),
  image('busybox:1.37', 300, undefined, [layer('BusyBox 1.37.0 (glibc), Debian 13', BUSYBOX_FILES, 4_420_000)], {
    Cmd: ['sh'],
    WorkingDir: '',
  }),
  image(
    'python:3-alpine',
    9,
    'alpine:3.22',
    [
      layer(
        'RUN /bin/sh -c set -eux; apk add --no-cache ca-certificates tzdata # buildkit',
        { '/usr/share/zoneinfo/UTC': 'TZif' },
        1_200_000,
      ),
      layer(
        'RUN /bin/sh -c set -eux; make install # buildkit',
        {
          '/usr/local/bin/python3': { program: 'python', size: 6_400_000 },
          '/usr/local/bin/python': { link: 'python3' },
        },
        37_000_000,
      ),
      setting('CMD ["python3"]'),
    ],
    {
      Cmd: ['python3'],
      Env: [
        'PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'PYTHON_VERSION=3.14.0',
      ],
    },
  ),
  image(
    'python:3',
    9,
    'debian:trixie',
    [
      layer(
        'RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends ca-certificates curl # buildkit',
        { '/usr/bin/curl': { program: 'curl' } },
        48_000_000,
      ),
      layer(
        'RUN /bin/sh -c set -eux; make install # buildkit',
        {
          '/usr/local/bin/python3': { program: 'python', size: 6_800_000 },
          '/usr/local/bin/python': { link: 'python3' },
        },
        61_000_000,
      ),
      setting('CMD ["python3"]'),
    ],
    {
      Cmd: ['python3'],
      WorkingDir: '',
      Env: [
        'PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'PYTHON_VERSION=3.14.0',
      ],
    },
  ),
];
