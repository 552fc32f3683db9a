/** Images of one program, and boxes of tools. */
import { image, layer, PATH, ports, programs, setting } from './steps.ts';

const NET_BIN =
  'arping bash curl dig ethtool fping getent grep host iperf3 jq less lsns lsof mtr nc ncat netcat nmap nslookup nsenter ping ping6 ps socat ss tcpdump ' +
  'telnet tracepath traceroute unshare wget psql redis-cli watch python3';
const NET_SBIN =
  'arp brctl bridge conntrack ifconfig ip ip6tables ip6tables-restore ip6tables-save ipvsadm iptables iptables-restore iptables-save nft nstat route sysctl tc';

const WHOAMI = { '/whoami': { program: 'whoami-server', size: 5_900_000 } } as const;

export const TOOLS = [
  image(
    'docker/dockerfile',
    40,
    undefined,
    [
      layer(
        'COPY --link --from=release /dockerfile-frontend /bin/dockerfile-frontend # buildkit',
        { '/bin/dockerfile-frontend': '' },
        29_600_000,
      ),
      setting(
        'LABEL moby.buildkit.frontend.network.none=true moby.buildkit.frontend.caps=moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts',
      ),
      setting('ENTRYPOINT ["/bin/dockerfile-frontend"]'),
    ],
    { Entrypoint: ['/bin/dockerfile-frontend'] },
  ),
  image(
    'hello-world',
    100,
    undefined,
    [
      layer('COPY hello / # buildkit', { '/hello': { program: 'hello-world', size: 10_072 } }, 10_072),
      setting('CMD ["/hello"]'),
    ],
    { Cmd: ['/hello'] },
  ),
  image(
    'traefik/whoami',
    60,
    undefined,
    [
      layer(
        'COPY /usr/share/zoneinfo /usr/share/zoneinfo # buildkit',
        { '/usr/share/zoneinfo/UTC': 'TZif' },
        1_400_000,
      ),
      layer(
        'COPY /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ # buildkit',
        { '/etc/ssl/certs/ca-certificates.crt': '' },
        210_000,
      ),
      layer('COPY whoami / # buildkit', WHOAMI, 5_900_000),
      setting('ENTRYPOINT ["/whoami"]'),
      setting('EXPOSE map[80/tcp:{}]'),
    ],
    { Entrypoint: ['/whoami'], ExposedPorts: ports('80/tcp') },
  ),
  image(
    'hashicorp/http-echo',
    400,
    undefined,
    [
      layer(
        'COPY http-echo /http-echo # buildkit',
        { '/http-echo': { program: 'http-echo', size: 6_600_000 } },
        6_600_000,
      ),
      setting('ENTRYPOINT ["/http-echo"]'),
    ],
    {
      Entrypoint: ['/http-echo'],
      ExposedPorts: ports('5678/tcp'),
      User: '65532:65532',
      WorkingDir: '/home/nonroot',
    },
  ),
  image(
    'curlimages/curl',
    35,
    'alpine:3.22',
    [
      layer('RUN /bin/sh -c apk add --no-cache brotli … # buildkit', { '/usr/lib/libcurl.so.4': 'ELF' }, 9_200_000),
      layer('COPY curl /usr/bin/curl # buildkit', { '/usr/bin/curl': { program: 'curl', size: 420_000 } }, 420_000),
      layer(
        'COPY entrypoint.sh /entrypoint.sh # buildkit',
        { '/entrypoint.sh': { program: 'curl-entrypoint', mode: 0o755, size: 340 } },
        340,
      ),
      setting('USER curl_user'),
      setting('CMD ["curl"]'),
      setting('ENTRYPOINT ["/entrypoint.sh"]'),
    ],
    { Cmd: ['curl'], Entrypoint: ['/entrypoint.sh'], WorkingDir: '/home/curl_user' },
  ),
  image(
    'nicolaka/netshoot',
    50,
    'alpine:3.22',
    [
      layer(
        'RUN /bin/sh -c set -ex && apk add --no-cache … # buildkit',
        {
          ...programs('/usr/bin', NET_BIN.replace(' python3', '')),
          '/usr/bin/python3': { program: 'python' },
          ...programs('/usr/sbin', NET_SBIN),
          '/bin/zsh': { link: '/usr/bin/bash' },
          '/bin/bash': { link: '/usr/bin/bash' },
        },
        480_000_000,
      ),
      setting('USER root'),
      setting('WORKDIR /root'),
      setting('ENV HOSTNAME=netshoot'),
      setting('CMD ["zsh"]'),
    ],
    { Cmd: ['zsh'], Env: [PATH, 'HOSTNAME=netshoot'], WorkingDir: '/root' },
  ),
  image(
    'wbitt/network-multitool',
    120,
    'alpine:3.22',
    [
      layer(
        'RUN /bin/sh -c apk add … # buildkit',
        {
          ...programs(
            '/usr/bin',
            'bash curl dig host jq less mtr nc nslookup ping ss tcpdump telnet tracepath traceroute wget',
          ),
          ...programs('/usr/sbin', 'arp bridge ethtool ifconfig ip iptables route tc nginx'),
          '/bin/bash': { link: '/usr/bin/bash' },
        },
        60_000_000,
      ),
      setting('CMD ["/bin/sh" "-c" "sleep infinity"]'),
    ],
    { Cmd: ['/bin/sh', '-c', 'sleep infinity'], ExposedPorts: ports('80/tcp', '443/tcp') },
  ),
];
