/** Canned answers: bodies that a real engine gave. */
import { readFileSync } from 'node:fs';
import type { Answer, Route } from './fake.ts';

const golden = new URL('../../golden/recorded/', import.meta.url);
interface Rec {
  id: string;
  cmd: string;
  stdout: string;
  http?: { conn: number; dir: string; data: string }[];
}
const lines = (file: string): Rec[] =>
  readFileSync(new URL(file, golden), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((l) => JSON.parse(l) as Rec);

/** Body of the answer to the n-th request (after the ping) of a recorded command. */
function body(cmd: string): unknown {
  const rec = lines('http/cli-http.jsonl').find((r) => r.cmd === cmd);
  const answers = (rec?.http ?? []).filter((h) => h.dir === '<');
  const all = answers.map((h) => h.data).join('');
  const at = all.indexOf('\r\n\r\n', all.indexOf('application/json'));
  const text = all.slice(at + 4).replace(/(^|\r\n)[0-9a-f]+\r\n/g, '');
  const end = text.lastIndexOf('\n');
  return JSON.parse(text.slice(0, end < 0 ? undefined : end));
}

export function routes(): Record<string, Route | Answer> {
  const container = JSON.parse(lines('07-cli.jsonl').find((r) => r.id === '07-113')?.stdout ?? '[]')[0] as unknown;
  const image = JSON.parse(lines('07-cli.jsonl').find((r) => r.id === '07-105')?.stdout ?? '[]')[0] as unknown;
  const networks = body('docker network ls') as { Name: string }[];
  return {
    'GET /containers/web/json': { json: container },
    'GET /containers/json': { json: SUMMARIES },
    'GET /images/nginx/json': { json: image },
    'GET /images/json': { json: IMAGES },
    'GET /networks': { json: networks },
    'GET /networks/bridge': { json: networks.find((n) => n.Name === 'bridge') },
    'GET /version': { json: body('docker version') },
    'GET /info': { json: body('docker info') },
  };
}

const summary = (i: number, more: object): object => ({
  Id: `${i}762144b8c8c479d340dce830a0bc518416e2c451e07f1f197ad947a39d11850`,
  Names: [`/web${i}`],
  Image: 'training/webapp',
  ImageID: 'sha256:799e13d140f9ca28745b3158e5f10aedafce24c695ba94dec93c9fecabc551b7',
  Command: 'python app.py',
  Created: 1700000000 + i,
  Ports: [],
  Labels: {},
  State: 'running',
  Status: 'Up 2 seconds',
  HostConfig: { NetworkMode: 'bridge' },
  NetworkSettings: { Networks: { bridge: {} } },
  Mounts: [],
  ...more,
});
const port = (IP: string, PrivatePort: number, PublicPort: number | undefined, Type = 'tcp'): object => ({
  IP: IP || undefined,
  PrivatePort,
  PublicPort,
  Type,
});
const SUMMARIES = [
  summary(1, {
    Ports: [
      port('0.0.0.0', 80, 8080),
      port('::', 80, 8080),
      port('', 100, undefined),
      port('', 101, undefined),
      port('', 7777, undefined),
    ],
    SizeRw: 1234567,
    SizeRootFs: 146000000,
  }),
  summary(2, {
    Ports: [
      port('0.0.0.0', 90, 90),
      port('0.0.0.0', 91, 91),
      port('0.0.0.0', 92, 92),
      port('::', 90, 90),
      port('::1', 53, 53, 'udp'),
    ],
    Labels: { b: '2', a: '<1>' },
  }),
  summary(3, {
    Command: "sh -c 'nc -u -l -p 53 -e cat || top'",
    Names: ['/x/alias', '/web3'],
    Mounts: [{ Type: 'volume', Name: 'a-very-long-volume-name', Driver: 'local', Source: '/x' }],
    Status: 'Exited (137) 1 second ago',
    State: 'exited',
  }),
  summary(4, {
    Command: 'a "quoted" \tcommand\n',
    Image: 'reg.lab:5000/a/b:1@sha256:799e13d140f9ca28745b3158e5f10aedafce24c695ba94dec93c9fecabc551b7',
    NetworkSettings: { Networks: { a: {} } },
  }),
];
const IMAGES = [
  {
    Id: 'sha256:799e13d140f9ca28745b3158e5f10aedafce24c695ba94dec93c9fecabc551b7',
    ParentId: '',
    RepoTags: ['nginx:latest', 'nginx:1'],
    RepoDigests: ['nginx@sha256:799e13d140f9ca28745b3158e5f10aedafce24c695ba94dec93c9fecabc551b7'],
    Created: 1600000000,
    Size: 146123456,
    SharedSize: -1,
    Containers: -1,
    Labels: null,
  },
  {
    Id: 'sha256:899e13d140f9ca28745b3158e5f10aedafce24c695ba94dec93c9fecabc551b7',
    ParentId: '',
    RepoTags: [],
    RepoDigests: [],
    Created: 1500000000,
    Size: 999500,
    SharedSize: -1,
    Containers: -1,
    Labels: null,
  },
];
