/** Configuration and first page that an nginx image brings along. */
import type { LayerSpec } from '../../../../linux/kernel/machine.ts';

const CONF = `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;

events {
    worker_connections 768;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
`;

const SITE = `server {
    listen 80;
    listen [::]:80;
    server_name localhost;

    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }

    error_page 500 502 503 504 /50x.html;
    location = /50x.html {
        root /usr/share/nginx/html;
    }
}
`;

const MIME = `types {
    text/html                 html htm shtml;
    text/css                  css;
    text/xml                  xml;
    image/gif                 gif;
    image/jpeg                jpeg jpg;
    application/javascript    js;
    text/plain                txt;
    image/png                 png;
    image/svg+xml             svg svgz;
    image/x-icon              ico;
    application/json          json;
    application/pdf           pdf;
    application/zip           zip;
    video/mp4                 mp4;
}
`;

const INDEX = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
</body>
</html>
`;

const ERROR = `<!DOCTYPE html>
<html>
<head>
<title>Error</title>
</head>
<body>
<h1>An error occurred.</h1>
<p>What lies behind this server does not answer at the moment.</p>
</body>
</html>
`;

/** Logs go to the container's streams. */
export const NGINX_FILES: LayerSpec = {
  '/etc/nginx/nginx.conf': CONF,
  '/etc/nginx/mime.types': MIME,
  '/etc/nginx/conf.d/default.conf': SITE,
  '/usr/share/nginx/html/index.html': INDEX,
  '/usr/share/nginx/html/50x.html': ERROR,
  '/var/log/nginx/access.log': { link: '/dev/stdout' },
  '/var/log/nginx/error.log': { link: '/dev/stderr' },
};

const OFFICIAL_CONF = `
user nginx;
worker_processes auto;

error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;

events {
    worker_connections 1024;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;

    log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                    '$status $body_bytes_sent "$http_referer" '
                    '"$http_user_agent" "$http_x_forwarded_for"';

    access_log /var/log/nginx/access.log main;

    sendfile on;
    keepalive_timeout 65;

    include /etc/nginx/conf.d/*.conf;
}
`;

/** Where the official image differs: what it logs. */
export const OFFICIAL_NGINX_FILES: LayerSpec = { '/etc/nginx/nginx.conf': OFFICIAL_CONF };

/** The account its workers run as. */
export const NGINX_ACCOUNT: LayerSpec = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n' +
    'nginx:x:101:101:nginx user:/nonexistent:/bin/false\n',
  '/etc/group': 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\nnginx:x:101:\n',
};
