/** Images of one small program each: hello-world, hashicorp/http-echo, the entry points of curl and of official nginx. */

import { civil, two } from '../../../base/civil.ts';
import { utf8 } from '../../../base/http.ts';
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { readRequest } from '../../../linux/programs/webserve.ts';
import { Wire } from '../../../linux/programs/wire.ts';
import { httpDate } from '../../time.ts';
import { lookup } from './entrypoint.ts';
import { listenDual, print } from './serve.ts';

const HELLO = `
Hello from Docker!
This message says that images can be pulled and containers run.

What has happened:
 1. The docker command asked the daemon to run an image.
 2. The daemon had no image "hello-world" and pulled it from the registry.
 3. It made a container of it, which runs the program that prints this.
 4. What the program printed went by way of the daemon to your terminal.

Something with a shell in it:
 $ docker run -it ubuntu bash

`;

export const hello: Program = {
  name: 'hello-world',
  async main(sys) {
    await print(sys, 1, HELLO);
    return 0;
  },
};

/** @see hashicorp/http-echo main.go */
export const httpEcho: Program = {
  name: 'http-echo',
  async main(sys) {
    const value = (name: string): string | undefined => {
      const i = sys.argv.findIndex((a) => new RegExp(`^--?${name}(=|$)`).test(a));
      const a = sys.argv[i];
      return a === undefined ? undefined : a.includes('=') ? a.slice(a.indexOf('=') + 1) : sys.argv[i + 1];
    };
    const body = value('text') ?? sys.env.ECHO_TEXT;
    if (body === undefined) {
      await print(sys, 2, 'Missing -text option!\n');
      return 127;
    }
    const listen = value('listen') ?? ':5678';
    const say = (line: string): Promise<void> => {
      const c = civil(sys.realtime());
      return print(
        sys,
        2,
        `${c.year}/${two(c.month)}/${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} ${line}\n`,
      );
    };
    const fd = listenDual(sys, Number(listen.replace(/^.*:/, '')), 4096);
    if (isErr(fd)) {
      await say(`[ERR] server exited with: listen tcp ${listen}: bind: ${fd.text.toLowerCase()}`);
      return 127;
    }
    await say(`[INFO] server is listening on ${listen}`);
    for (;;) {
      const got = await sys.accept(fd);
      if (isErr(got)) continue;
      const from = `${got.peer.ip ? formatIp(got.peer.ip) : ''}:${got.peer.port}`;
      void (async () => {
        const wire = new Wire(sys, got.fd, sys.now() + 30e9);
        const r = await readRequest(wire);
        if (r) {
          const head = [
            'X-App-Name: http-echo',
            'X-App-Version: 1.0.0',
            `Date: ${httpDate(sys.realtime())}`,
            `Content-Length: ${utf8(body).length + 1}`,
            'Content-Type: text/plain; charset=utf-8',
            'Connection: close',
          ];
          await wire.write(utf8(`HTTP/1.1 200 OK\r\n${head.join('\r\n')}\r\n\r\n${body}\n`));
          await say(
            `${r.headers.host ?? ''} ${from} "${r.line}" 200 ${utf8(body).length + 1} "${r.headers['user-agent'] ?? ''}" 20µs`,
          );
        }
        wire.close();
      })();
    }
  },
};

/** entrypoint.sh of curlimages/curl: what is no command is an argument of curl. */
export const curlEntrypoint: Program = {
  name: 'curl-entrypoint',
  async main(sys) {
    const argv = sys.argv.slice(1);
    const [first = ''] = argv;
    const path = first.startsWith('-') || first === '' ? undefined : lookup(sys, first);
    const own = path !== undefined && !isErr(sys.access(path, { exec: true }));
    const e = own ? await sys.exec(path, argv) : await sys.exec('/usr/bin/curl', ['curl', ...argv]);
    await print(sys, 2, `/entrypoint.sh: exec: ${first}: ${e.text}\n`);
    return 127;
  },
};

const NGINX_SCRIPTS = [
  '10-listen-on-ipv6-by-default.sh',
  '15-local-resolvers.envsh',
  '20-envsubst-on-templates.sh',
  '30-tune-worker-processes.sh',
];

/** docker-entrypoint.sh of the official nginx image, with what it says. */
export const nginxEntrypoint: Program = {
  name: 'nginx-entrypoint',
  async main(sys) {
    const argv = sys.argv.slice(1);
    const [command = ''] = argv;
    if (command === 'nginx' || command === 'nginx-debug') {
      const say = (s: string): Promise<void> => print(sys, 1, `/docker-entrypoint.sh: ${s}\n`);
      await say('/docker-entrypoint.d/ is not empty, will attempt to perform configuration');
      await say('Looking for shell scripts in /docker-entrypoint.d/');
      for (const script of NGINX_SCRIPTS) {
        await say(`${script.endsWith('.envsh') ? 'Sourcing' : 'Launching'} /docker-entrypoint.d/${script}`);
        if (script.startsWith('10-'))
          await print(sys, 1, '10-listen-on-ipv6-by-default.sh: info: IPv6 listen already enabled\n');
      }
      await say('Configuration complete; ready for start up');
    }
    const path = lookup(sys, command);
    if (path !== undefined) await sys.exec(path, argv);
    await print(sys, 2, `/docker-entrypoint.sh: exec: line 47: ${command}: not found\n`);
    return 127;
  },
};
