/** Files of the debian and ubuntu images, and what training/base adds. */
import type { LayerFile, LayerSpec } from '../../linux/kernel/machine.ts';

/** Debian's essential packages: ps and free are not among them (procps), nor is less. */
const BIN =
  'awk base64 basename bash cat chmod chown clear cmp comm cp cut dash date dd df diff dirname dmesg du echo egrep ' +
  'env expr factor false fgrep find fold getent grep groups gunzip gzip head hostname id join kill ln login ls lsns md5sum ' +
  'mkdir mkfifo mktemp more mount mv nl nohup nproc nsenter od paste pidof printenv printf pwd readlink realpath ' +
  'rev rm rmdir sed seq setsid sha1sum sha256sum shuf sleep sort split stat stty su sync tac tail tar tee test ' +
  'timeout touch tr true truncate tty uname uniq unshare wc which who whoami xargs yes zcat';
/** procps: in Ubuntu's images, and brought along by training/base. */
const PROCPS_BIN = 'free pgrep pkill ps top uptime watch';
const WEB_BIN = 'arping curl dig host less nc netstat nslookup ping ping6 ss tcpdump telnet traceroute wget';
const WEB_SBIN = 'arp brctl bridge conntrack ethtool ifconfig ip ip6tables iptables iptables-save route sysctl';

const programs = (dir: string, names: string): Record<string, LayerFile> =>
  Object.fromEntries(names.split(' ').map((name) => [`${dir}/${name}`, { program: name }]));

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;
const GROUP = `root:x:0:
daemon:x:1:
bin:x:2:
www-data:x:33:
nogroup:x:65534:
`;
const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux forky/sid"
NAME="Debian GNU/Linux"
VERSION_CODENAME=forky
ID=debian
HOME_URL="https://www.debian.org/"
`;

export const DEBIAN_FILES: LayerSpec = {
  ...programs('/usr/bin', BIN),
  '/usr/bin/sh': { link: 'dash' },
  '/bin': { link: 'usr/bin' },
  '/sbin': { link: 'usr/sbin' },
  '/lib': { link: 'usr/lib' },
  '/usr/lib': { dir: true },
  '/usr/sbin': { dir: true },
  '/usr/local/bin': { dir: true },
  '/usr/local/sbin': { dir: true },
  '/etc/debian_version': 'forky/sid\n',
  '/etc/os-release': OS_RELEASE,
  '/etc/passwd': PASSWD,
  '/etc/group': GROUP,
  '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  '/home': { dir: true },
  '/mnt': { dir: true },
  '/opt': { dir: true },
  '/root': { dir: true, mode: 0o700 },
  '/run': { dir: true },
  '/srv': { dir: true },
  '/tmp': { dir: true, mode: 0o1777 },
  '/var/log': { dir: true },
  '/var/lib': { dir: true },
  '/var/www': { dir: true },
  ...programs('/usr/bin', 'apt apt-cache apt-get dpkg'),
  '/etc/apt/sources.list.d/debian.sources':
    'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: forky\nComponents: main\n' +
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp\n',
  '/var/lib/dpkg/status': '',
  '/var/lib/dpkg/info': { dir: true },
  '/var/lib/apt/lists': { dir: true },
  '/var/cache/apt/archives': { dir: true },
};

/** What Ubuntu says of itself. */
export const ubuntuFiles = (codename: string, version: string): LayerSpec => ({
  '/etc/debian_version': 'trixie/sid\n',
  '/etc/os-release': `PRETTY_NAME="Ubuntu ${version} LTS"\nNAME="Ubuntu"\nVERSION_ID="${version}"\nVERSION_CODENAME=${codename}\nID=ubuntu\nID_LIKE=debian\nHOME_URL="https://www.ubuntu.com/"\n`,
  ...programs('/usr/bin', PROCPS_BIN),
  ...programs('/usr/sbin', 'sysctl'),
  '/etc/apt/sources.list.d/debian.sources': '',
  '/etc/apt/sources.list.d/ubuntu.sources': `Types: deb\nURIs: http://archive.ubuntu.com/ubuntu/\nSuites: ${codename} ${codename}-updates\nComponents: main universe\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n\nTypes: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: ${codename}-security\nComponents: main universe\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n`,
});

/** What `apt-get update` left in training/base when it was built: enough for the tutorial's own words to work. */
const LISTS = `Package: inetutils-ping
Version: 2:2.6-5
Architecture: amd64
Maintainer: Debian <packages@lists.debian.org>
Installed-Size: 400
Depends: netbase
Section: net
Priority: optional
Description: ICMP echo tool
Filename: pool/main/i/inetutils-ping/inetutils-ping_2.6-5_amd64.deb
Size: 148672

Package: netbase
Version: 6.5
Architecture: amd64
Maintainer: Debian <packages@lists.debian.org>
Installed-Size: 44
Section: net
Priority: optional
Description: Basic TCP/IP networking system
Filename: pool/main/n/netbase/netbase_6.5_amd64.deb
Size: 5824
`;

/** Python and the network tools that training/base has on top of Debian. */
export const WEB_TOOLS: LayerSpec = {
  ...programs('/usr/bin', WEB_BIN),
  ...programs('/usr/bin', PROCPS_BIN),
  ...programs('/usr/sbin', WEB_SBIN),
  '/usr/bin/python3': { program: 'python', size: 6_800_000 },
  '/usr/local/bin/python': { link: '/usr/bin/python3' },
  '/etc/passwd': `${PASSWD}postgres:x:999:999::/var/lib/postgresql:/bin/sh\n`,
  '/etc/group': `${GROUP}postgres:x:999:\n`,
  '/var/lib/apt/lists/deb.debian.org_debian_dists_forky_main_binary-amd64_Packages': LISTS,
};
