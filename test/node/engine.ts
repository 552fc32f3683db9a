/** A client of a served engine in a few lines: plain HTTP on a unix socket. */
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What a container is given of the host. */
export interface HostConfig {
  readonly Binds?: readonly string[];
  readonly NetworkMode?: string;
  readonly Privileged?: boolean;
  readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string }[]>>;
}

export class EngineClient {
  constructor(readonly socketPath: string) {}

  ask(method: string, path: string, body?: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/json' } : {};
      const req = request({ socketPath: this.socketPath, path: `/v1.51${path}`, method, headers }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (d: string) => {
          text += d;
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
      });
      req.on('error', reject).end(body && JSON.stringify(body));
    });
  }

  /** Creates and starts a container. @throws Error with the engine's answer */
  async start(image: string, cmd: readonly string[], hostConfig: HostConfig = {}): Promise<string> {
    const ports = Object.keys(hostConfig.PortBindings ?? {});
    const made = await this.ask('POST', '/containers/create', {
      Image: image,
      Cmd: cmd,
      Tty: true,
      ExposedPorts: Object.fromEntries(ports.map((p) => [p, {}])),
      HostConfig: hostConfig,
    });
    if (made.status !== 201) throw new Error(made.text);
    const id = (JSON.parse(made.text) as { Id: string }).Id;
    const started = await this.ask('POST', `/containers/${id}/start`);
    if (started.status !== 204) throw new Error(started.text);
    return id;
  }

  /** Runs a command in a new container to its end. @returns what it printed */
  async run(image: string, cmd: readonly string[], hostConfig: HostConfig = {}): Promise<string> {
    const id = await this.start(image, cmd, hostConfig);
    await this.ask('POST', `/containers/${id}/wait`);
    const { text } = await this.ask('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
    await this.ask('DELETE', `/containers/${id}`);
    return text.replaceAll('\r\n', '\n');
  }
}
