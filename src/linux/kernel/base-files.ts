/** The files of a fresh machine: a small Debian without its programs, and a layer of programs by name. */
import type { LayerFile, LayerSpec } from './machine.ts';

const DIRS = [
  'boot dev etc home media mnt opt proc root run srv sys tmp usr var',
  'usr/bin usr/sbin usr/lib usr/lib64 usr/local usr/local/bin usr/local/sbin usr/share usr/src usr/libexec',
  'etc/default etc/docker etc/network etc/ssl etc/profile.d etc/sysctl.d',
  'var/lib var/log var/cache var/tmp var/mail var/spool var/lib/docker',
];

const LINKS: Readonly<Record<string, string>> = {
  '/bin': 'usr/bin',
  '/sbin': 'usr/sbin',
  '/lib': 'usr/lib',
  '/lib64': 'usr/lib64',
  '/var/run': '/run',
  '/var/lock': '/run/lock',
  '/etc/os-release': '../usr/lib/os-release',
  '/etc/mtab': '../proc/self/mounts',
};

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

const GROUP = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
mail:x:8:
www-data:x:33:
docker:x:999:
nogroup:x:65534:
`;

const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux forky/sid"
NAME="Debian GNU/Linux"
VERSION_CODENAME=forky
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`;

const SERVICES = `ftp\t\t21/tcp
ssh\t\t22/tcp
telnet\t\t23/tcp
smtp\t\t25/tcp
domain\t\t53/tcp
domain\t\t53/udp
bootps\t\t67/udp
bootpc\t\t68/udp
tftp\t\t69/udp
http\t\t80/tcp\t\twww
ntp\t\t123/udp
https\t\t443/tcp
postgresql\t5432/tcp
redis\t\t6379/tcp
http-alt\t8080/tcp\twebcache
`;

const PROTOCOLS = `ip\t0\tIP
icmp\t1\tICMP
igmp\t2\tIGMP
tcp\t6\tTCP
udp\t17\tUDP
ipv6\t41\tIPv6
gre\t47\tGRE
esp\t50\tIPSEC-ESP
ipv6-icmp 58\tIPv6-ICMP
sctp\t132\tSCTP
`;

const BASHRC = `# ~/.bashrc: executed by bash(1) for non-login shells.
alias ls='ls --color=auto'
alias ll='ls -l'
alias grep='grep --color=auto'
`;

const PROFILE = `# ~/.profile: executed by Bourne-compatible login shells.
if [ "$BASH" ]; then
  if [ -f ~/.bashrc ]; then
    . ~/.bashrc
  fi
fi
`;

/** /etc and the directories of every machine. */
export function baseFiles(): LayerSpec {
  const out: Record<string, LayerFile> = {};
  for (const line of DIRS) for (const dir of line.split(' ')) out[`/${dir}`] = { dir: true };
  out['/root'] = { dir: true, mode: 0o700 };
  for (const tmp of ['/tmp', '/var/tmp']) out[tmp] = { dir: true, mode: 0o1777 };
  for (const [path, link] of Object.entries(LINKS)) out[path] = { link };
  const text: Readonly<Record<string, string>> = {
    '/etc/resolv.conf': 'nameserver 192.168.56.1\n',
    '/etc/passwd': PASSWD,
    '/etc/group': GROUP,
    '/etc/shells': '/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n',
    '/etc/services': SERVICES,
    '/etc/protocols': PROTOCOLS,
    '/etc/nsswitch.conf':
      'passwd:         files\ngroup:          files\nhosts:          files dns\nservices:       files\n',
    '/etc/host.conf': 'multi on\n',
    '/etc/debian_version': 'forky/sid\n',
    '/etc/timezone': 'Etc/UTC\n',
    '/etc/profile': 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nexport PATH\n',
    '/usr/lib/os-release': OS_RELEASE,
    '/root/.bashrc': BASHRC,
    '/root/.profile': PROFILE,
  };
  return { ...out, ...text };
}

/** Its files that name a machine. */
export function namedFiles(hostname: string): LayerSpec {
  return {
    '/etc/hostname': `${hostname}\n`,
    '/etc/hosts': `127.0.0.1\tlocalhost\n127.0.1.1\t${hostname}\n::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n`,
  };
}

/** A program and the paths at which a machine has it. */
export interface Installed {
  readonly program: string;
  readonly paths: readonly string[];
  /** Bytes, as `ls -l` shows. */
  readonly size?: number;
}

/** A layer of executables. The first path holds the file, the others are links to it. */
export function machineLayer(programs: readonly Installed[]): LayerSpec {
  const out: Record<string, LayerFile> = {};
  for (const { program, paths, size } of programs) {
    const [first, ...others] = paths;
    if (first === undefined) continue;
    out[first] = { program, size };
    for (const path of others) out[path] = { link: first };
  }
  return out;
}
