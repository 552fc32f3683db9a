/** Servers: nginx, httpd, redis, postgres. */
import { NGINX_ACCOUNT, NGINX_FILES, OFFICIAL_NGINX_FILES } from '../apps/nginx/files.ts';
import { image, layer, PATH, ports, setting } from './steps.ts';

const nginx = (name: string, base: string, size: number) =>
  image(
    name,
    21,
    base,
    [
      setting('LABEL maintainer=NGINX Docker Maintainers <docker-maint@nginx.com>'),
      setting('ENV NGINX_VERSION=1.30.0'),
      layer(
        'RUN /bin/sh -c set -x && … # buildkit',
        {
          '/usr/sbin/nginx': { program: 'nginx', size: 1_300_000 },
          ...NGINX_FILES,
          ...OFFICIAL_NGINX_FILES,
          ...NGINX_ACCOUNT,
        },
        size,
      ),
      layer(
        'COPY docker-entrypoint.sh / # buildkit',
        { '/docker-entrypoint.sh': { program: 'nginx-entrypoint', mode: 0o755, size: 1620 } },
        1620,
      ),
      layer(
        'COPY 10-listen-on-ipv6-by-default.sh /docker-entrypoint.d # buildkit',
        { '/docker-entrypoint.d/10-listen-on-ipv6-by-default.sh': { text: '#!/bin/sh\n', mode: 0o755 } },
        2120,
      ),
      layer(
        'COPY 15-local-resolvers.envsh /docker-entrypoint.d # buildkit',
        { '/docker-entrypoint.d/15-local-resolvers.envsh': { text: '#!/bin/sh\n', mode: 0o755 } },
        389,
      ),
      layer(
        'COPY 20-envsubst-on-templates.sh /docker-entrypoint.d # buildkit',
        { '/docker-entrypoint.d/20-envsubst-on-templates.sh': { text: '#!/bin/sh\n', mode: 0o755 } },
        3020,
      ),
      layer(
        'COPY 30-tune-worker-processes.sh /docker-entrypoint.d # buildkit',
        { '/docker-entrypoint.d/30-tune-worker-processes.sh': { text: '#!/bin/sh\n', mode: 0o755 } },
        4620,
      ),
      setting('ENTRYPOINT ["/docker-entrypoint.sh"]'),
      setting('EXPOSE map[80/tcp:{}]'),
      setting('STOPSIGNAL SIGQUIT'),
      setting('CMD ["nginx" "-g" "daemon off;"]'),
    ],
    {
      Cmd: ['nginx', '-g', 'daemon off;'],
      Entrypoint: ['/docker-entrypoint.sh'],
      Env: [PATH, 'NGINX_VERSION=1.30.0', 'PKG_RELEASE=1'],
      ExposedPorts: ports('80/tcp'),
      Labels: { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' },
      StopSignal: 'SIGQUIT',
    },
  );

const HTDOCS = '<html><body><h1>It works!</h1></body></html>\n';
const httpd = (name: string, base: string, size: number) =>
  image(
    name,
    25,
    base,
    [
      setting('ENV HTTPD_PREFIX=/usr/local/apache2'),
      layer('RUN /bin/sh -c mkdir -p "$HTTPD_PREFIX" # buildkit', { '/usr/local/apache2/logs': { dir: true } }, 0),
      layer('RUN /bin/sh -c set -eux; apt-get update; … # buildkit', { '/usr/lib/libapr-1.so.0': 'ELF' }, 11_000_000),
      layer(
        'RUN /bin/sh -c set -eux; … # buildkit',
        {
          '/usr/local/apache2/bin/httpd': { program: 'apache', size: 980_000 },
          '/usr/local/apache2/conf/httpd.conf':
            'ServerRoot "/usr/local/apache2"\nListen 80\nServerAdmin you@example.com\nDocumentRoot "/usr/local/apache2/htdocs"\nDirectoryIndex index.html\nErrorLog /proc/self/fd/2\n',
          '/usr/local/apache2/htdocs/index.html': HTDOCS,
        },
        size,
      ),
      layer(
        'COPY httpd-foreground /usr/local/bin/ # buildkit',
        {
          '/usr/local/bin/httpd-foreground': {
            text: '#!/bin/sh\nset -e\nrm -f /usr/local/apache2/logs/httpd.pid\nexec httpd -DFOREGROUND "$@"\n',
            mode: 0o755,
          },
        },
        138,
      ),
      setting('EXPOSE map[80/tcp:{}]'),
      setting('CMD ["httpd-foreground"]'),
    ],
    {
      Cmd: ['httpd-foreground'],
      Env: [
        'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HTTPD_PREFIX=/usr/local/apache2',
        'HTTPD_VERSION=2.4.65',
      ],
      ExposedPorts: ports('80/tcp'),
      StopSignal: 'SIGWINCH',
      WorkingDir: '/usr/local/apache2',
    },
  );

const redis = (name: string, base: string, size: number) =>
  image(
    name,
    18,
    base,
    [
      layer('RUN /bin/sh -c set -eux; groupadd … redis # buildkit', { '/data': { dir: true } }, 4_200),
      setting('ENV REDIS_VERSION=8.0.2'),
      layer(
        'RUN /bin/sh -c set -eux; … # buildkit',
        {
          '/usr/local/bin/redis-server': { program: 'redis-server', size: 1_800_000 },
          '/usr/local/bin/redis-cli': { program: 'redis-cli', size: 900_000 },
        },
        size,
      ),
      setting('VOLUME [/data]'),
      setting('WORKDIR /data'),
      layer(
        'COPY docker-entrypoint.sh /usr/local/bin/ # buildkit',
        { '/usr/local/bin/docker-entrypoint.sh': { program: 'redis-entrypoint', mode: 0o755, size: 3200 } },
        3200,
      ),
      setting('ENTRYPOINT ["docker-entrypoint.sh"]'),
      setting('EXPOSE map[6379/tcp:{}]'),
      setting('CMD ["redis-server"]'),
    ],
    {
      Cmd: ['redis-server'],
      Entrypoint: ['docker-entrypoint.sh'],
      Env: [PATH, 'REDIS_VERSION=8.0.2'],
      ExposedPorts: ports('6379/tcp'),
      Volumes: { '/data': {} },
      WorkingDir: '/data',
    },
  );

const postgres = (name: string, base: string, size: number) =>
  image(
    name,
    16,
    base,
    [
      layer(
        'RUN /bin/sh -c set -eux; groupadd -r postgres --gid=999; … # buildkit',
        {
          '/var/lib/postgresql/data': { dir: true, mode: 0o1777, uid: 999, gid: 999 },
          '/var/run/postgresql': { dir: true, mode: 0o3777, uid: 999, gid: 999 },
          '/docker-entrypoint-initdb.d': { dir: true },
          '/etc/passwd':
            'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\npostgres:x:999:999::/var/lib/postgresql:/bin/bash\n',
          '/etc/group': 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\npostgres:x:999:\n',
        },
        9_900,
      ),
      setting('ENV PG_MAJOR=17'),
      layer(
        'RUN /bin/sh -c set -ex; … apt-get install -y --no-install-recommends postgresql-$PG_MAJOR=$PG_VERSION # buildkit',
        {
          '/usr/lib/postgresql/17/bin/postgres': { program: 'postgresql', size: 9_800_000 },
          '/usr/local/bin/postgres': { link: '/usr/lib/postgresql/17/bin/postgres' },
          '/usr/bin/psql': { program: 'psql', size: 720_000 },
          '/usr/bin/pg_isready': { program: 'pg_isready', size: 80_000 },
        },
        size,
      ),
      setting('ENV PGDATA=/var/lib/postgresql/data'),
      setting('VOLUME [/var/lib/postgresql/data]'),
      layer(
        'COPY docker-entrypoint.sh docker-ensure-initdb.sh /usr/local/bin/ # buildkit',
        { '/usr/local/bin/docker-entrypoint.sh': { program: 'postgres-entrypoint', mode: 0o755, size: 14_900 } },
        14_900,
      ),
      setting('ENTRYPOINT ["docker-entrypoint.sh"]'),
      setting('STOPSIGNAL SIGINT'),
      setting('EXPOSE map[5432/tcp:{}]'),
      setting('CMD ["postgres"]'),
    ],
    {
      Cmd: ['postgres'],
      Entrypoint: ['docker-entrypoint.sh'],
      Env: [
        `${PATH}:/usr/lib/postgresql/17/bin`,
        'LANG=en_US.utf8',
        'PG_MAJOR=17',
        'PG_VERSION=17.6',
        'PGDATA=/var/lib/postgresql/data',
      ],
      ExposedPorts: ports('5432/tcp'),
      StopSignal: 'SIGINT',
      Volumes: { '/var/lib/postgresql/data': {} },
    },
  );

const HELLO_CONF =
  "server {\n    listen 80;\n    listen [::]:80;\n    location / {\n        default_type text/plain;\n        expires -1;\n        return 200 'Server address: $server_addr:$server_port\\nServer name: $hostname\\nDate: $time_local\\nURI: $request_uri\\nRequest ID: $request_id\\n';\n    }\n}\n";

export const SERVERS = [
  nginx('nginx:1.30', 'debian:trixie-slim', 73_000_000),
  nginx('nginx:1.30-alpine', 'alpine:3.22', 44_000_000),
  httpd('httpd:2.4', 'debian:trixie-slim', 27_000_000),
  httpd('httpd:2.4-alpine', 'alpine:3.22', 54_000_000),
  redis('redis:8', 'debian:bookworm-slim', 53_000_000),
  redis('redis:8-alpine', 'alpine:3.22', 61_000_000),
  postgres('postgres:17', 'debian:trixie-slim', 356_000_000),
  postgres('postgres:17-alpine', 'alpine:3.22', 270_000_000),
  image(
    'nginxdemos/hello:plain-text',
    90,
    'nginx:1.30-alpine',
    [
      layer(
        'COPY hello-plain-text.conf /etc/nginx/conf.d/ # buildkit',
        { '/etc/nginx/conf.d/default.conf': HELLO_CONF },
        370,
      ),
    ],
    {
      Cmd: ['nginx', '-g', 'daemon off;'],
      Entrypoint: ['/docker-entrypoint.sh'],
      ExposedPorts: ports('80/tcp'),
      StopSignal: 'SIGQUIT',
    },
  ),
];
