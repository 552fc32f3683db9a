/** 中文的旅程。 */
import { dropsZh } from './drops-zh.ts';
import type { Ends, EventOf, Holder, Rewrite, RuleName } from './event.ts';
import type { Words } from './words.ts';

const who = (h: Holder | undefined): string => (h ? `${h.comm}（PID ${h.pid}）` : '内核');
const end = (address: string, port: number | undefined): string => {
  if (address === '') return '（无地址）';
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
};

const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: '回显应答',
  3: '目的不可达',
  4: '源抑制',
  5: '重定向',
  8: '回显请求',
  11: '超时',
  12: '参数问题',
};
const UNREACHABLE: Readonly<Record<number, string>> = {
  0: '网络不可达',
  1: '主机不可达',
  2: '协议不可达',
  3: '端口不可达',
  4: '需要分片',
  9: '网络被禁止',
  10: '主机被禁止',
  13: '被管理员禁止',
};

const ICMP6_TYPES: Readonly<Record<number, string>> = {
  1: '目的不可达',
  2: '包太大',
  3: '超时',
  4: '参数问题',
  128: '回显请求',
  129: '回显应答',
  133: '路由器请求',
  134: '路由器通告',
  135: '邻居请求',
  136: '邻居通告',
  143: '组播侦听者报告',
};
const UNREACHABLE6: Readonly<Record<number, string>> = {
  0: '没有到目的地的路由',
  1: '被管理员禁止',
  3: '地址不可达',
  4: '端口不可达',
};

function icmp(type: number, code: number, v6: boolean): string {
  if (v6 && type === 1 && UNREACHABLE6[code] !== undefined) return UNREACHABLE6[code];
  if (v6) return ICMP6_TYPES[type] ?? `类型 ${type} 代码 ${code}`;
  if (type === 3) return UNREACHABLE[code] ?? `目的不可达（代码 ${code}）`;
  return ICMP_TYPES[type] ?? `类型 ${type} 代码 ${code}`;
}

function packet(e: Ends): string {
  if (e.flags !== undefined) return `TCP 段 [${e.flags}]${e.bytes ? `，带 ${e.bytes} 字节数据` : ''}`;
  if (e.type !== undefined) return `${e.proto} 消息（${icmp(e.type, e.code ?? 0, e.proto === 'ICMPv6')}）`;
  return e.bytes === undefined ? `${e.proto} 包` : `${e.bytes} 字节的 ${e.proto} 数据报`;
}

const ETHERTYPES: Readonly<Record<number, string>> = { 2048: 'IPv4', 2054: 'ARP', 34525: 'IPv6' };
const ethertype = (n: number): string => ETHERTYPES[n] ?? `以太网类型 0x${n.toString(16).padStart(4, '0')}`;

const inChain = (r: { table: string; chain: string }): string => `表 ${r.table}，链 ${r.chain}`;
const ruleName = (r: RuleName): string =>
  r.number === 0 ? `${inChain(r)}，一条已不存在的规则` : `${inChain(r)}，第 ${r.number} 条规则（\`${r.text}\`）`;

function rewritten(r: Rewrite): string {
  const what = `${r.side === 'source' ? '源地址' : '目的地址'}由 ${r.from} 改写为 ${r.to}`;
  return r.undone ? `${what}，因为它属于一个已被反向转换的连接` : what;
}

const ARRIVES: Readonly<Record<EventOf<'arrives'>['to'], string>> = {
  us: '目的 MAC 是本接口',
  broadcast: '广播',
  multicast: '组播',
  other: '目的 MAC 是别的机器',
  out: '正在发出',
};

const HOOKS: Readonly<Record<string, string>> = {
  PREROUTING: '路由决定之前',
  INPUT: '送往本机',
  FORWARD: '经过本机转发',
  OUTPUT: '由本机产生',
  POSTROUTING: '即将离开',
};

function route(e: EventOf<'route'>): string {
  if (e.type === 'local') return `路由：${e.dst} 是本机的地址`;
  if (e.type === 'broadcast') return `路由：${e.dst} 是本机所在网络的广播地址`;
  const how = e.via === undefined ? `经 ${e.out ?? '?'} 直接到达` : `经 ${e.out ?? '?'} 交给网关 ${e.via}`;
  return `路由：${e.dst} ${how}（表 ${e.table}，路由 ${e.prefix}）`;
}

function fdb(e: EventOf<'fdb'>): string {
  if (e.group) return `网桥 ${e.bridge}：${e.mac} 是所有人：每个端口一份，机器自己一份`;
  if (e.up) return `网桥 ${e.bridge}：${e.mac} 就是机器自己`;
  if (e.port === undefined) return `网桥 ${e.bridge}：没有人知道 ${e.mac} 在哪里：每个端口一份`;
  return `网桥 ${e.bridge}：${e.mac} 在端口 ${e.port} 后面${e.hairpin ? '，正是它进来的端口' : ''}`;
}

const SOCKETS: Readonly<Record<EventOf<'socket'>['how'], (e: EventOf<'socket'>) => string>> = {
  connection: (e) => `交给 ${who(e.by)} 的 TCP 连接`,
  listener: (e) => `交给 ${who(e.by)} 的 TCP 监听套接字`,
  datagram: (e) => `交给 ${who(e.by)} 的 ${e.proto} 套接字`,
  raw: (e) => `${e.count ?? 1} 个 ${e.proto} 原始套接字得到一份副本`,
  nobody: () => '没有人监听这个端口：以复位（RST）回答',
};

function dropped(e: EventOf<'dropped'>, drop: (reason: number) => string): string {
  if (e.rule) return `被丢弃：${ruleName(e.rule)}`;
  if (e.policy) return `被丢弃：链 ${e.policy.chain} 的默认策略是 ${e.policy.verdict}（表 ${e.policy.table}）`;
  return `被丢弃：${drop(e.reason)}`;
}

function arpRead(e: EventOf<'arp-read'>): string {
  const what = e.op === 'request' ? `询问谁有 ${e.target}` : `回答说 ${e.sender} 在那里`;
  if (e.result === 'answered') return `${what}：本机就有，作出回答`;
  return e.result === 'learned' ? `${what}：邻居表随之更新` : `${what}：与本机无关`;
}

const ICMP_RESULTS: Readonly<Record<EventOf<'icmp-read'>['result'], string>> = {
  ignored: '不予回答',
  answered: '作出回答',
  told: '告知它所引用的包的套接字',
  reply: '交给等待它的程序',
  read: '由邻居发现处理',
};

const STATES = { NEW: '新连接（NEW）', ESTABLISHED: '已建立（ESTABLISHED）', RELATED: '相关（RELATED）' } as const;

export const zh: Words = {
  drops: dropsZh,
  unknownDrop: (reason) => `原因 ${reason}`,
  events: {
    made: (e) => `${who(e.by)}从 ${end(e.src, e.sport)} 向 ${end(e.dst, e.dport)} 发出 ${packet(e)}`,
    picked: (e) =>
      e.proto === ''
        ? '一个途中的帧，从这里开始跟踪'
        : `途中：从 ${end(e.src, e.sport)} 到 ${end(e.dst, e.dport)} 的 ${packet(e)}`,
    because: (e) => `它因包 ${e.cause}${e.title ? `（${e.title}）` : ''}而产生`,
    arrives: (e) => `到达，${ARRIVES[e.to]}，${e.bytes} 字节，${ethertype(e.ethertype)}`,
    leaves: (e) => `离开，${e.bytes} 字节，${ethertype(e.ethertype)}`,
    hook: (e) => {
      const by = [e.in && `入接口 ${e.in}`, e.out && `出接口 ${e.out}`].filter(Boolean).join('，');
      const bridge = e.bridge ? '，由网桥提出（bridge-nf-call-iptables）' : '';
      return `${e.hook}（${HOOKS[e.hook] ?? '?'}${by === '' ? '' : `；${by}`}）${bridge}`;
    },
    rule: (e) => {
      if (e.rewrite) return `${ruleName(e.rule)}：${rewritten(e.rewrite)}`;
      return `${ruleName(e.rule)}匹配：${e.to === undefined ? e.target : `转到链 ${e.to}`}`;
    },
    policy: (e) => `${inChain(e.policy)}：没有规则作出决定，默认策略是 ${e.policy.verdict}`,
    'chain-end': (e) => `${inChain(e)}：到了末尾，回到调用它的地方`,
    mark: (e) => `标记由 0x${e.from.toString(16)} 改为 0x${e.to.toString(16)}`,
    route,
    'no-route': (e) => `路由：没有到 ${e.dst} 的路（${e.errno}）`,
    fdb,
    flood: (e) => {
      if (e.not === undefined) return `一份副本送往端口 ${e.port}`;
      return `不送往端口 ${e.port}：${e.not === 'isolated' ? '两个端口都被隔离' : '它没有启用'}`;
    },
    learned: (e) => `网桥学到：${e.mac} 在端口 ${e.port} 后面`,
    rewritten: (e) => rewritten(e.rewrite),
    dropped,
    socket: (e) => SOCKETS[e.how](e),
    neighbour: (e) =>
      e.mac === undefined
        ? `还不知道 ${e.ip} 的 MAC 地址：包等着，由 ${e.ip.includes(':') ? '邻居发现' : 'ARP '}去询问`
        : `邻居 ${e.ip} 的 MAC 是 ${e.mac}（${e.state}）`,
    'neighbour-found': (e) => `${e.ip} 已回答：MAC 是 ${e.mac}，包继续前进`,
    'arp-made': (e) =>
      e.op === 'request'
        ? `ARP 询问：谁有 ${e.target}？请告诉 ${e.sender}`
        : `ARP 回答 ${e.target}：${e.sender} 在我这里`,
    'arp-read': arpRead,
    tracked: (e) => `连接跟踪：${STATES[e.state]}（连接 ${e.connection}，${e.reply ? '应答' : '原始'}方向）`,
    untracked: (e) => (e.why === 'notrack' ? '连接跟踪：有规则要求不跟踪它' : '连接跟踪：不属于任何连接（INVALID）'),
    confirmed: (e) => `连接跟踪：它已通过，连接 ${e.connection} 记入表中`,
    ttl: (e) => `转发：TTL 现在是 ${e.ttl}`,
    'fragment-waits': (e) =>
      `一个分片（第 ${e.offset} 到 ${e.offset + e.bytes - 1} 字节）等待其余部分${e.local ? '' : '，因为连接跟踪要看完整的包'}`,
    reassembled: (e) => `分片重新拼好：${e.bytes} 字节`,
    merged: (e) => `它的内容并入数据报，作为包 ${e.into} 继续前进`,
    fragment: (e) => `切开：从偏移 ${e.offset} 起的一个 ${e.bytes} 字节的分片（每片最多 ${e.mtu} 字节）`,
    'icmp-read': (e) => `${e.v6 ? 'ICMPv6' : 'ICMP'} ${icmp(e.type, e.code, e.v6)}：${ICMP_RESULTS[e.result]}`,
    void: () => '接口的另一端什么也没有：帧就此消失',
    encapsulated: (e) => `封装进 VXLAN ${e.vni} 的 UDP 数据报，从端口 ${e.sport} 发往隧道的另一端 ${e.to}:${e.dport}`,
    decapsulated: (e) => `从 VXLAN ${e.vni} 中取出，它来自隧道的另一端 ${e.from}`,
    queued: (e) =>
      `在 ${e.qdisc} 队列中等待（${e.backlog} 字节）${e.us === 0 ? '' : `，时长 ${(e.us / 1000).toFixed(3)} 毫秒`}`,
    ipvs: (e) => `IPVS ${e.fresh ? '选定服务器' : '沿用该连接的服务器'} ${e.server}:${e.port}`,
    other: (e) => `这里还没有词来说它：记录 ${e.what}（${e.a}，${e.b}，${e.c}）`,
  },
};
