/* The topology of world.ts and rules.ts, the traffic of wasm/bench/traffic.ts. */

#define IP(a, b, c, d) htonl((u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define MASK(n) htonl(n ? ~0u << (32 - (n)) : 0)
enum { SPORT = 10000, SPAN = 55000, BURST = 32 };

static struct ns *ns_add(bool forward, bool tracked) {
  struct ns *n = calloc(1, sizeof *n);
  n->id = ++nns;
  n->forward = forward;
  n->tracked = tracked;
  return n;
}
static struct dev *dev_add(struct ns *ns, int kind) {
  struct dev *d = calloc(1, sizeof *d);
  d->kind = kind;
  d->ns = ns;
  memcpy(d->mac, (u8[]){2, 0, 0, 0, 0, ++ndevs}, 6);
  if (kind == BRIDGE) fdb_set(d, mac_of(d->mac), d);
  return d;
}
static void route_add(struct ns *ns, u32 dst, u32 mask, u32 gw, struct dev *dev, bool local) {
  ns->route[ns->routes++] = (struct route){dst, mask, gw, dev, local};
}
static void address(struct dev *d, u32 ip, int bits) {
  d->ip = ip;
  route_add(d->ns, ip, ~0u, 0, d, true);
  route_add(d->ns, ip & MASK(bits), MASK(bits), 0, d, false);
}
static void neighbour(struct ns *ns, u32 ip, const struct dev *d) {
  ns->neigh[ns->neighs].ip = ip;
  memcpy(ns->neigh[ns->neighs++].mac, d->mac, 6);
}
static void link_up(struct dev *a, struct dev *b) { a->peer = b; b->peer = a; }

static struct dev *container(struct dev *bridge, u32 ip, int bits) {
  struct dev *eth0 = dev_add(ns_add(false, false), VETH), *port = dev_add(bridge->ns, VETH);
  link_up(eth0, port);
  port->master = bridge;
  address(eth0, ip, bits);
  fdb_set(bridge, mac_of(eth0->mac), port);
  neighbour(bridge->ns, ip, eth0);
  return eth0;
}
static void rule(int chain, struct rule r) {
  if (!r.hi) r.hi = 65535;
  rules[chain][nrules[chain]++] = r;
}

static struct dev *a, *b, *outside, *eth0, *docker0;
static void setup_docker(void) {
  struct ns *host = ns_add(true, true), *far = ns_add(false, false);
  eth0 = dev_add(host, VETH);
  outside = dev_add(far, VETH);
  link_up(eth0, outside);
  docker0 = dev_add(host, BRIDGE);
  address(eth0, IP(192, 0, 2, 1), 24);
  address(outside, IP(192, 0, 2, 2), 24);
  address(docker0, IP(172, 17, 0, 1), 16);
  neighbour(host, outside->ip, outside);
  a = container(docker0, IP(172, 17, 0, 2), 16);
  b = container(docker0, IP(172, 17, 0, 3), 16);
  struct dev *d = docker0;
  rule(PREROUTING_NAT, (struct rule){.local = true, .target = JUMP, .chain = USER_NAT});
  rule(POSTROUTING_NAT, (struct rule){.src = IP(172, 17, 0, 0), .smask = MASK(16), .out = d, .not_out = true, .target = MASQUERADE});
  rule(USER_NAT, (struct rule){.in = d, .target = RETURN});
  rule(USER_NAT, (struct rule){.in = d, .not_in = true, .proto = 17, .lo = 8080, .hi = 8103, .target = DNAT, .to = a->ip});
  rule(FORWARD, (struct rule){.target = JUMP, .chain = D_USER});
  rule(FORWARD, (struct rule){.target = JUMP, .chain = D_FORWARD});
  rule(D_FORWARD, (struct rule){.target = JUMP, .chain = D_CT});
  rule(D_FORWARD, (struct rule){.target = JUMP, .chain = D_STAGE1});
  rule(D_FORWARD, (struct rule){.target = JUMP, .chain = D_BRIDGE});
  rule(D_FORWARD, (struct rule){.in = d, .target = ACCEPT});
  rule(D_CT, (struct rule){.out = d, .states = ESTABLISHED, .target = ACCEPT});
  rule(D_STAGE1, (struct rule){.in = d, .out = d, .not_out = true, .target = JUMP, .chain = D_STAGE2});
  rule(D_STAGE2, (struct rule){.out = d, .target = DROP});
  rule(D_BRIDGE, (struct rule){.out = d, .target = JUMP, .chain = D_DOCKER});
  rule(D_DOCKER, (struct rule){.in = d, .not_in = true, .out = d, .dst = a->ip, .proto = 17, .lo = 8080, .hi = 8103, .target = ACCEPT});
  rule(D_DOCKER, (struct rule){.in = d, .not_in = true, .out = d, .target = DROP});
}

static struct dev *over[2];
static void setup_overlay(void) {
  struct dev *wire[2], *bridge[2], *vx[2];
  for (int i = 0; i < 2; i++) {
    struct ns *host = ns_add(true, true), *box = ns_add(false, false);
    wire[i] = dev_add(host, VETH);
    address(wire[i], IP(192, 0, 2, 1 + i), 24);
    bridge[i] = dev_add(box, BRIDGE);
    vx[i] = dev_add(box, VXLAN);
    vx[i]->ip = wire[i]->ip;
    vx[i]->vni = 4097;
    vx[i]->peer = wire[i];
    vx[i]->master = bridge[i];
    host->vxlan = vx[i];
    over[i] = container(bridge[i], IP(10, 0, 0, 2 + i), 24);
  }
  link_up(wire[0], wire[1]);
  for (int i = 0; i < 2; i++) {
    neighbour(wire[i]->ns, wire[!i]->ip, wire[!i]);
    fdb_set(bridge[i], mac_of(over[!i]->mac), vx[i]);
    fdb_set(vx[i], mac_of(over[!i]->mac), NULL)->remote = wire[!i]->ip;
  }
}

static u8 template[BUFFER];
static u32 flow;
static u64 base_sum;
static void prepare(const struct dev *from, const struct dev *to, u32 dst, u32 bytes) {
  struct frame *f = (struct frame *)template;
  for (u32 i = 0; i < bytes; i++) template[i] = i * 7 + 3;
  memcpy(f->eth.dst, to->mac, 6);
  memcpy(f->eth.src, from->mac, 6);
  f->eth.type = htons(0x0800);
  f->ip = (struct ip){0x45, 0, htons(bytes - 14), htons(1), 0, 64, 17, 0, from->ip, dst};
  f->ip.sum = ~fold(sum_of(&f->ip, 20, 0));
  f->udp = (struct udp){0, 0, htons(bytes - 34), 0};
  base_sum = udp_sum(&f->ip, &f->udp);
}
static void send_packets(struct dev *from, u32 bytes, u32 flows, u16 dport, u64 count) {
  for (u64 i = 0; i < count; i++) {
    struct packet *p = packet_alloc(bytes);
    struct frame *f = (struct frame *)p->data;
    memcpy(f, template, bytes);
    u32 turn = flow / SPAN;
    f->udp.sport = htons(SPORT + flow - turn * SPAN);
    f->udp.dport = htons(dport + turn);
    f->udp.sum = ~fold(base_sum + f->udp.sport + f->udp.dport);
    if (!f->udp.sum) f->udp.sum = 0xffff;
    if (++flow == flows) flow = 0;
    now += 1000;
    transmit(from, p);
    if (i % BURST == BURST - 1) read_all();
  }
  read_all();
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const char *path = argv[1];
  u32 bytes = atoi(argv[2]), flows = atoi(argv[3]);
  u64 count = strtoull(argv[4], NULL, 10);
  for (int i = 0; i < PACKETS_MAX; i++) { packets[i].buffer = buffers[i]; packet_free(&packets[i]); }
  conns = calloc(CONNS * 2ul, sizeof *conns);
  setup_docker();
  setup_overlay();
  struct dev *from = a, *to = docker0;
  u32 dst = outside->ip;
  u16 dport = 5000;
  if (!strcmp(path, "dnat")) { from = outside; to = eth0; dst = eth0->ip; dport = 8080; }
  else if (!strcmp(path, "bridge")) { to = b; dst = b->ip; }
  else if (!strcmp(path, "overlay")) { from = over[0]; to = over[1]; dst = to->ip; }
  for (int k = 0; k < 24; k++) ports[dport + k] = true;
  prepare(from, to, dst, bytes);
  send_packets(from, bytes, flows, dport, flows * 2ul > 20000 ? flows * 2ul : 20000);
  u64 before = received;
  struct timespec t0, t1;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
  send_packets(from, bytes, flows, dport, count);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
  double ns = (t1.tv_sec - t0.tv_sec) * 1e9 + (t1.tv_nsec - t0.tv_nsec);
  printf("%.2f %llu\n", ns / count, (unsigned long long)(received - before));
  return dropped || bad;
}
