/** The simulated browser's words, and what each failure means on the network. */
import type { Language } from '../../../course/schema.ts';
import type { NetError } from '../../worker/api.ts';

const en = {
  name: 'Browser',
  on: 'Browser on',
  address: 'Address',
  go: 'Go',
  back: 'Back',
  forward: 'Forward',
  reload: 'Reload',
  stop: 'Stop',
  content: 'Page shown by the simulated browser',
  start: 'This browser runs on a machine of the lab. What it fetches crosses the lab’s network, nothing else.',
  open: 'Published ports',
  nothing: 'No port is published yet.',
  loading: (host: string) => `Waiting for ${host} …`,
  answered: (status: number, reason: string, bytes: number, ms: string, remote: string) =>
    `${status} ${reason} · ${bytes} bytes in ${ms} ms from ${remote}`,
  redirected: (n: number) => (n === 1 ? 'redirected once' : `redirected ${n} times`),
  scripts: 'Scripts are not run here.',
  emptyPage: (status: number, reason: string) => `The server answered ${status} ${reason} and sent no content.`,
  headers: 'Headers',
  cannot: 'This page cannot be shown',
  errors: {
    NAME_NOT_RESOLVED: (host) => `The name ${host} has no address: the DNS server said so, or none answered.`,
    CONNECTION_REFUSED: (host) =>
      `${host} was reached and refused: a TCP segment with RST came back. Nothing listens on that port there.`,
    CONNECTION_RESET: (host) => `${host} ended the connection with RST in the middle.`,
    CONNECTION_TIMED_OUT: (host) => `Nothing came back from ${host}. A packet was dropped on its way, there or back.`,
    TIMED_OUT: (host) => `${host} took the request and never answered.`,
    ADDRESS_UNREACHABLE: (host) => `No way to ${host}: nobody answered ARP for it, or a router said unreachable.`,
    INTERNET_DISCONNECTED: (host) => `This machine has no route to ${host}.`,
    EMPTY_RESPONSE: (host) =>
      `${host} took the connection and closed it without a byte. A published port behind docker-proxy does so when nothing listens in the container.`,
    INVALID_HTTP_RESPONSE: (host) => `${host} answered, but not in HTTP.`,
    SSL_PROTOCOL_ERROR: (host) => `${host} does not speak TLS on this port. Use http://.`,
    INVALID_URL: () => 'This is no address that a browser understands.',
    UNSAFE_PORT: () => 'Browsers refuse this port: it belongs to another protocol. curl does not mind.',
    TOO_MANY_REDIRECTS: (host) => `${host} kept sending the browser elsewhere.`,
    ABORTED: () => 'Stopped.',
  } satisfies Record<NetError, (host: string) => string> as Readonly<Record<NetError, (host: string) => string>>,
};

type Words = typeof en;

const zh: Words = {
  name: '浏览器',
  on: '浏览器所在主机',
  address: '地址',
  go: '前往',
  back: '后退',
  forward: '前进',
  reload: '重新加载',
  stop: '停止',
  content: '模拟浏览器显示的页面',
  start: '这个浏览器运行在实验环境的主机上，它的请求只经过实验环境的网络。',
  open: '已发布的端口',
  nothing: '还没有发布任何端口。',
  loading: (host) => `正在等待 ${host} ……`,
  answered: (status, reason, bytes, ms, remote) =>
    `${status} ${reason} · 来自 ${remote}，${bytes} 字节，用时 ${ms} 毫秒`,
  redirected: (n) => `重定向 ${n} 次`,
  scripts: '这里不运行脚本。',
  emptyPage: (status, reason) => `服务器回答 ${status} ${reason}，没有内容。`,
  headers: '头部',
  cannot: '无法显示此页面',
  errors: {
    NAME_NOT_RESOLVED: (host) => `名称 ${host} 没有地址：DNS 服务器如此回答，或者没有服务器回答。`,
    CONNECTION_REFUSED: (host) => `已到达 ${host}，但被拒绝：对方发回了带 RST 的 TCP 报文，那个端口上没有程序监听。`,
    CONNECTION_RESET: (host) => `${host} 中途用 RST 断开了连接。`,
    CONNECTION_TIMED_OUT: (host) => `${host} 没有任何回应：数据包在去程或回程被丢弃了。`,
    TIMED_OUT: (host) => `${host} 收下了请求，却一直没有回答。`,
    ADDRESS_UNREACHABLE: (host) => `到不了 ${host}：没有主机应答它的 ARP，或路由器回复不可达。`,
    INTERNET_DISCONNECTED: (host) => `这台主机没有通往 ${host} 的路由。`,
    EMPTY_RESPONSE: (host) =>
      `${host} 接受了连接，却一个字节也没发就关闭了。容器里没有程序监听时，docker-proxy 后面的端口就会这样。`,
    INVALID_HTTP_RESPONSE: (host) => `${host} 回答了，但说的不是 HTTP。`,
    SSL_PROTOCOL_ERROR: (host) => `${host} 在这个端口上不支持 TLS，请改用 http://。`,
    INVALID_URL: () => '浏览器看不懂这个地址。',
    UNSAFE_PORT: () => '浏览器拒绝访问这个端口，因为它属于别的协议。curl 则不介意。',
    TOO_MANY_REDIRECTS: (host) => `${host} 一再把浏览器引向别处。`,
    ABORTED: () => '已停止。',
  },
};

export const browserWords: Readonly<Record<Language, Words>> = { en, zh };
