/** Names of well-known ports. @see services(5) */
const NAMES: Readonly<Record<number, string>> = {
  7: 'echo',
  9: 'discard',
  13: 'daytime',
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  37: 'time',
  53: 'domain',
  67: 'bootps',
  68: 'bootpc',
  69: 'tftp',
  80: 'http',
  110: 'pop3',
  111: 'sunrpc',
  119: 'nntp',
  123: 'ntp',
  143: 'imap2',
  161: 'snmp',
  162: 'snmp-trap',
  179: 'bgp',
  389: 'ldap',
  443: 'https',
  465: 'submissions',
  514: 'syslog',
  546: 'dhcpv6-client',
  547: 'dhcpv6-server',
  587: 'submission',
  636: 'ldaps',
  853: 'domain-s',
  873: 'rsync',
  993: 'imaps',
  995: 'pop3s',
  1433: 'ms-sql-s',
  1883: 'mqtt',
  2049: 'nfs',
  3128: '',
  3306: 'mysql',
  5353: 'mdns',
  5432: 'postgresql',
  5672: 'amqp',
  6379: 'redis',
  8080: 'http-alt',
  9418: 'git',
  11211: '',
  33434: '',
};

const ONLY_UDP = new Set([67, 68, 69, 123, 161, 162, 514, 546, 547, 5353]);
const ONLY_TCP = new Set([
  20, 21, 22, 23, 25, 80, 110, 119, 143, 179, 443, 465, 587, 636, 873, 993, 995, 3306, 5432, 6379,
]);

/** `http` for 80; undefined when the port has no name in that protocol. */
export function serviceName(port: number, proto: 'tcp' | 'udp'): string | undefined {
  const name = NAMES[port];
  if (name === undefined || name === '') return undefined;
  if (proto === 'tcp' ? ONLY_UDP.has(port) : ONLY_TCP.has(port))
    return port === 514 ? 'shell' : port === 443 && proto === 'udp' ? 'https' : undefined;
  return name;
}

/** 80 for `http`; undefined when nothing has that name. */
export function servicePort(name: string): number | undefined {
  const found = Object.entries(NAMES).find(([, n]) => n === name && n !== '');
  if (found) return Number(found[0]);
  return { www: 80, mysql: 3306, dns: 53 }[name];
}
