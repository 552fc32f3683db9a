/** Files of the busybox image: one multi-call program and a link for each applet. */
import type { LayerFile, LayerSpec } from '../../linux/kernel/machine.ts';

/** Applets of Debian's busybox-static that this lab has. */
const BIN =
  '[ [[ arp arping ash awk base64 basename cat chmod chown clear cmp cp cut date dd df diff dirname dmesg du echo ed egrep ' +
  'env expr false fgrep find fold free ftpget getopt grep groups gunzip gzip head hexdump hostname id ifconfig ip ' +
  'ipcalc kill killall last less link linux32 ln logger login ls md5sum microcom mkdir mkfifo mknod mktemp more mount ' +
  'mv nc netstat nl nproc nslookup od paste patch pidof ping ping6 printenv printf ps pwd readlink realpath rev rm ' +
  'rmdir route run-parts sed seq sh sha1sum sha256sum sha512sum shuf sleep sort ss stat strings stty su sync tac tail ' +
  'tar tee telnet test tftp time timeout top touch tr traceroute traceroute6 true truncate tty udhcpc uname uniq ' +
  'unlink uptime usleep vi watch wc wget which who whoami xargs xxd yes zcat';
const SBIN = 'brctl httpd ifdown ifup insmod ipneigh iproute loadkmap modprobe reboot sysctl syslogd udhcpd vconfig';

const links = (dir: string, names: string): Record<string, LayerFile> =>
  Object.fromEntries(names.split(' ').map((name) => [`${dir}/${name}`, { link: '/bin/busybox' }]));

export const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
`;
export const GROUP = `root:x:0:
daemon:x:1:
bin:x:2:
www-data:x:33:
nogroup:x:65534:
`;

export const BUSYBOX_FILES: LayerSpec = {
  '/bin/busybox': { program: 'busybox', size: 2_062_000 },
  ...links('/bin', BIN),
  ...links('/sbin', SBIN),
  '/etc/passwd': PASSWD,
  '/etc/group': GROUP,
  '/home': { dir: true },
  '/root': { dir: true, mode: 0o700 },
  '/tmp': { dir: true, mode: 0o1777 },
  '/usr/bin': { dir: true },
  '/usr/sbin': { dir: true },
  '/var/www': { dir: true },
};
