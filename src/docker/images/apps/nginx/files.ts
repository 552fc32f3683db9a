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
