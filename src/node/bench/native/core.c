/*
 * The paths of `drydock bench core` in plain C: what is left of the packet core when it simulates nothing but the way
 * of a datagram. Bridge, ARP-less neighbours, routes, connection tracking, Docker's rules, NAT with checksums patched,
 * VXLAN, and a socket's queue at the end, written in straightforwardly and read out again. No clock, no captures, no
 * traces, no fragments, no timers, no expiry.
 *
 *   core PATH BYTES FLOWS PACKETS     PATH: masquerade, dnat, bridge, overlay
 *
 * prints CPU nanoseconds per packet, and how many of PACKETS arrived with right checksums.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

enum { HEADROOM = 128, BUFFER = 2048, PACKETS_MAX = 4096, BUCKETS = 1 << 21, CONNS = (1 << 20) + 1, QUEUE = 1 << 18 };
enum { VETH, BRIDGE, VXLAN };
enum { NEW = 1, ESTABLISHED = 2 };
enum { ACCEPT, DROP, RETURN, JUMP, MASQUERADE, DNAT };
enum { PREROUTING_NAT, FORWARD, POSTROUTING_NAT, USER_NAT, D_USER, D_FORWARD, D_CT, D_STAGE1, D_STAGE2, D_BRIDGE, D_DOCKER, CHAINS };
enum { SRC_NAT = 1, DST_NAT = 2, CONFIRMED = 4, SRC_DONE = 8, DST_DONE = 16, SEEN_REPLY = 32 };

/* Addresses and ports are kept as they stand in the packet. */
struct eth { u8 dst[6], src[6]; u16 type; } __attribute__((packed));
struct ip { u8 vhl, tos; u16 len, id, frag; u8 ttl, proto; u16 sum; u32 src, dst; } __attribute__((packed));
struct udp { u16 sport, dport, len, sum; } __attribute__((packed));
struct frame { struct eth eth; struct ip ip; struct udp udp; } __attribute__((packed));

struct dev;
struct ns;
struct packet { u8 *data; u32 len; struct packet *next; struct conn *ct; u32 dir; u8 *buffer; };
struct route { u32 dst, mask, gw; struct dev *dev; bool local; };
struct neigh { u32 ip; u8 mac[6]; };
struct fdb { struct dev *bridge; u64 mac; struct dev *port; u32 remote; struct fdb *next; u64 used; };
struct tuple { u32 src, dst; u16 sport, dport; u32 key; struct tuple *next; struct conn *conn; };
struct conn { struct tuple way[2]; u32 status; u64 expires, packets[2], bytes[2]; };
struct rule { struct dev *in, *out; bool not_in, not_out, local; u32 src, smask, dst; u16 lo, hi; u8 proto, states, target, chain; u32 to; u64 packets, bytes; };
struct dev { int kind; u8 mac[6]; u32 ip; struct ns *ns; struct dev *peer, *master; u32 vni; u64 rx, rx_bytes, tx, tx_bytes; };
struct ns { u32 id; bool forward; int routes; struct route route[8]; int neighs; struct neigh neigh[8]; bool tracked; struct dev *vxlan; };

static struct packet packets[PACKETS_MAX], *pool;
static u8 buffers[PACKETS_MAX][BUFFER];
static struct fdb *fdbs[1024];
static struct tuple *buckets[BUCKETS];
static struct conn *conns;
static u32 nconns, nns, ndevs;
static struct rule rules[CHAINS][8];
static int nrules[CHAINS];
static bool ports[65536];
static u8 queue[QUEUE];
static u32 queue_head, queue_len;
static u64 now, dropped, bad, received;

static struct packet *packet_alloc(u32 len) {
  struct packet *p = pool;
  pool = p->next;
  p->data = p->buffer + HEADROOM;
  p->len = len;
  p->ct = NULL;
  return p;
}
static void packet_free(struct packet *p) { p->next = pool; pool = p; }
static void drop(struct packet *p) { dropped++; packet_free(p); }

static u64 sum_of(const void *at, u32 len, u64 sum) {
  const u8 *p = at;
  for (; len >= 8; len -= 8, p += 8) {
    u64 v;
    memcpy(&v, p, 8);
    sum += (v & 0xffffffff) + (v >> 32);
  }
  if (len & 4) { u32 v; memcpy(&v, p, 4); sum += v; p += 4; }
  if (len & 2) { u16 v; memcpy(&v, p, 2); sum += v; p += 2; }
  return len & 1 ? sum + *p : sum;
}
static u16 fold(u64 s) {
  s = (s & 0xffffffff) + (s >> 32);
  s = (s & 0xffffffff) + (s >> 32);
  s = (s & 0xffff) + (s >> 16);
  s = (s & 0xffff) + (s >> 16);
  return (s & 0xffff) + (s >> 16);
}
static u16 patch(u16 sum, u32 old, u32 fresh) { return ~fold((u64)(u16)~sum + (u32)~old + fresh); }
static u16 patch16(u16 sum, u16 old, u16 fresh) { return ~fold((u64)(u16)~sum + (u16)~old + fresh); }
static u64 udp_sum(const struct ip *ip, const struct udp *udp) {
  return sum_of(udp, ntohs(udp->len), (u64)ip->src + ip->dst + htons(17) + udp->len);
}

static u32 mix(u64 h) {
  h *= 0x9e3779b97f4a7c15ull;
  h ^= h >> 29;
  h *= 0xbf58476d1ce4e5b9ull;
  return h >> 32;
}
static u64 mac_of(const u8 *m) {
  u32 hi;
  u16 lo;
  memcpy(&hi, m, 4);
  memcpy(&lo, m + 4, 2);
  return (u64)hi << 16 | lo;
}

/* --- bridges and links */

static void ip_input(struct dev *d, struct packet *p);
static void vxlan_xmit(struct dev *d, struct packet *p);
static void transmit(struct dev *d, struct packet *p);

static struct fdb **fdb_slot(struct dev *bridge, u64 mac) { return &fdbs[mix(mac ^ (uintptr_t)bridge) & 1023]; }
static struct fdb *fdb_find(struct dev *bridge, u64 mac) {
  struct fdb *f = *fdb_slot(bridge, mac);
  while (f && (f->mac != mac || f->bridge != bridge)) f = f->next;
  return f;
}
static struct fdb *fdb_set(struct dev *bridge, u64 mac, struct dev *port) {
  struct fdb *f = fdb_find(bridge, mac);
  if (!f) {
    struct fdb **slot = fdb_slot(bridge, mac);
    f = calloc(1, sizeof *f);
    *f = (struct fdb){.bridge = bridge, .mac = mac, .next = *slot};
    *slot = f;
  }
  if (f->port != port) f->port = port;
  f->used = now;
  return f;
}

static void receive(struct dev *d, struct packet *p) {
  struct eth *eth = (struct eth *)p->data;
  d->rx++;
  d->rx_bytes += p->len;
  p->ct = NULL;
  if (d->master) {
    fdb_set(d->master, mac_of(eth->src), d);
    struct fdb *f = fdb_find(d->master, mac_of(eth->dst));
    if (!f || f->port == d) { drop(p); return; }
    if (f->port != d->master) { transmit(f->port, p); return; }
    d = d->master;
    d->rx++;
    d->rx_bytes += p->len;
  }
  if (memcmp(eth->dst, d->mac, 6) || eth->type != htons(0x0800)) drop(p);
  else ip_input(d, p);
}

static void transmit(struct dev *d, struct packet *p) {
  d->tx++;
  d->tx_bytes += p->len;
  if (d->kind == VETH) receive(d->peer, p);
  else if (d->kind == VXLAN) vxlan_xmit(d, p);
  else {
    struct fdb *f = fdb_find(d, mac_of(((struct eth *)p->data)->dst));
    if (f) transmit(f->port, p);
    else drop(p);
  }
}

/* --- connections and rules */

static struct tuple **bucket(u32 src, u32 dst, u16 sport, u16 dport, u32 key) {
  u64 h = ((u64)src << 32 | dst) ^ (((u64)sport << 48 | (u64)dport << 32 | key) * 0x94d049bb133111ebull);
  return &buckets[mix(h) & (BUCKETS - 1)];
}
static struct tuple *tuple_find(u32 src, u32 dst, u16 sport, u16 dport, u32 key) {
  struct tuple *t = *bucket(src, dst, sport, dport, key);
  while (t && (t->src != src || t->dst != dst || t->sport != sport || t->dport != dport || t->key != key)) t = t->next;
  return t;
}
static void track(struct ns *ns, struct packet *p) {
  struct frame *f = (struct frame *)p->data;
  u32 key = ns->id << 8 | f->ip.proto;
  struct tuple *t = tuple_find(f->ip.src, f->ip.dst, f->udp.sport, f->udp.dport, key);
  struct conn *c;
  if (t) c = t->conn;
  else {
    c = &conns[nconns++];
    c->way[0] = (struct tuple){f->ip.src, f->ip.dst, f->udp.sport, f->udp.dport, key, NULL, c};
    c->way[1] = (struct tuple){f->ip.dst, f->ip.src, f->udp.dport, f->udp.sport, key, NULL, c};
    t = &c->way[0];
  }
  p->ct = c;
  p->dir = t == &c->way[1];
  if (p->dir) c->status |= SEEN_REPLY;
  c->packets[p->dir]++;
  c->bytes[p->dir] += p->len - sizeof f->eth;
  c->expires = now + 30000000000ull;
}
static void confirm(struct packet *p) {
  struct conn *c = p->ct;
  if (!c || c->status & CONFIRMED) return;
  c->status |= CONFIRMED;
  for (int i = 0; i < 2; i++) {
    struct tuple *t = &c->way[i], **slot = bucket(t->src, t->dst, t->sport, t->dport, t->key);
    t->next = *slot;
    *slot = t;
  }
}

static bool fits(const struct rule *r, const struct packet *p, const struct dev *in, const struct dev *out) {
  const struct frame *f = (const struct frame *)p->data;
  if (r->in && (r->in == in) == r->not_in) return false;
  if (r->out && (r->out == out) == r->not_out) return false;
  if ((f->ip.src & r->smask) != r->src || (r->dst && r->dst != f->ip.dst)) return false;
  if (r->local && f->ip.dst != in->ip) return false;
  if (r->proto && (r->proto != f->ip.proto || ntohs(f->udp.dport) < r->lo || ntohs(f->udp.dport) > r->hi)) return false;
  return !r->states || r->states & (p->ct->status & SEEN_REPLY ? ESTABLISHED : NEW);
}
/* The rule that decides, NULL: none. */
static struct rule *run(int chain, struct packet *p, const struct dev *in, const struct dev *out) {
  for (int i = 0; i < nrules[chain]; i++) {
    struct rule *r = &rules[chain][i];
    if (!fits(r, p, in, out)) continue;
    r->packets++;
    r->bytes += p->len - sizeof(struct eth);
    if (r->target == RETURN) return NULL;
    if (r->target != JUMP) return r;
    struct rule *verdict = run(r->chain, p, in, out);
    if (verdict) return verdict;
  }
  return NULL;
}

/* --- NAT */

static void rewrite(u32 *addr, u16 *port, struct frame *f, u32 to, u16 to_port) {
  f->ip.sum = patch(f->ip.sum, *addr, to);
  if (f->udp.sum) {
    f->udp.sum = patch16(patch(f->udp.sum, *addr, to), *port, to_port);
    if (!f->udp.sum) f->udp.sum = 0xffff;
  }
  *addr = to;
  *port = to_port;
}
static void nat_source(struct packet *p, const struct dev *out) {
  struct conn *c = p->ct;
  struct tuple *back = &c->way[1];
  struct frame *f = (struct frame *)p->data;
  if (!(c->status & (SRC_DONE | CONFIRMED))) {
    c->status |= SRC_DONE;
    struct rule *r = run(POSTROUTING_NAT, p, NULL, out);
    if (r) {
      while (tuple_find(back->src, out->ip, back->sport, back->dport, back->key)) back->dport = htons(ntohs(back->dport) + 1);
      back->dst = out->ip;
      c->status |= SRC_NAT;
    }
  }
  if (c->status & (p->dir ? DST_NAT : SRC_NAT)) {
    const struct tuple *other = &c->way[!p->dir];
    rewrite(&f->ip.src, &f->udp.sport, f, other->dst, other->dport);
  }
}
static void nat_destination(struct packet *p, const struct dev *in) {
  struct conn *c = p->ct;
  struct frame *f = (struct frame *)p->data;
  if (!(c->status & (DST_DONE | CONFIRMED))) {
    c->status |= DST_DONE;
    struct rule *r = run(PREROUTING_NAT, p, in, NULL);
    if (r) {
      c->way[1].src = r->to;
      c->status |= DST_NAT;
    }
  }
  if (c->status & (p->dir ? SRC_NAT : DST_NAT)) {
    const struct tuple *other = &c->way[!p->dir];
    rewrite(&f->ip.dst, &f->udp.dport, f, other->src, other->sport);
  }
}

/* --- IP */

static struct route *route_find(struct ns *ns, u32 dst) {
  for (int i = 0; i < ns->routes; i++)
    if ((dst & ns->route[i].mask) == ns->route[i].dst) return &ns->route[i];
  return NULL;
}
static void ip_finish(struct ns *ns, struct packet *p, const struct route *r) {
  struct frame *f = (struct frame *)p->data;
  if (ns->tracked) {
    nat_source(p, r->dev);
    confirm(p);
  }
  u32 hop = r->gw ? r->gw : f->ip.dst;
  for (int i = 0; i < ns->neighs; i++) {
    if (ns->neigh[i].ip != hop) continue;
    memcpy(f->eth.dst, ns->neigh[i].mac, 6);
    memcpy(f->eth.src, r->dev->mac, 6);
    f->eth.type = htons(0x0800);
    transmit(r->dev, p);
    return;
  }
  drop(p);
}
static void ip_output(struct ns *ns, struct packet *p) {
  const struct route *r = route_find(ns, ((struct frame *)p->data)->ip.dst);
  if (ns->tracked) track(ns, p);
  if (r) ip_finish(ns, p, r);
  else drop(p);
}

/* A socket's queue: head (length, port, address) and bytes in a ring, as the core keeps them. */
static void enqueue(const struct frame *f, u32 len) {
  u32 head[4] = {len, f->udp.sport, f->ip.src, f->ip.ttl};
  u32 at = (queue_head + queue_len) & (QUEUE - 1), need = (sizeof head + len + 15) & ~15u;
  if (queue_len + need > QUEUE || at + need > QUEUE) { dropped++; return; }
  memcpy(queue + at, head, sizeof head);
  memcpy(queue + at + sizeof head, &f->udp + 1, len);
  queue_len += need;
}
static u8 sink[BUFFER];
static void read_all(void) {
  while (queue_len) {
    u32 len;
    memcpy(&len, queue + queue_head, 4);
    memcpy(sink, queue + queue_head, 16 + len);
    u32 need = (16 + len + 15) & ~15u;
    queue_head = (queue_head + need) & (QUEUE - 1);
    queue_len -= need;
    received++;
  }
  queue_head = 0;
}

static void vxlan_receive(struct ns *ns, struct packet *p);
static void udp_receive(struct ns *ns, struct packet *p) {
  struct frame *f = (struct frame *)p->data;
  if (f->udp.dport == htons(4789) && ns->vxlan) { vxlan_receive(ns, p); return; }
  if (f->udp.sum && fold(udp_sum(&f->ip, &f->udp)) != 0xffff) { bad++; drop(p); return; }
  if (!ports[ntohs(f->udp.dport)]) { drop(p); return; }
  enqueue(f, ntohs(f->udp.len) - 8);
  packet_free(p);
}

static void ip_input(struct dev *d, struct packet *p) {
  struct frame *f = (struct frame *)p->data;
  struct ns *ns = d->ns;
  if (p->len < 34 || f->ip.vhl != 0x45 || ntohs(f->ip.len) + 14u > p->len) { drop(p); return; }
  if (fold(sum_of(&f->ip, 20, 0)) != 0xffff) { bad++; drop(p); return; }
  if (ns->tracked) {
    track(ns, p);
    nat_destination(p, d);
  }
  const struct route *r = route_find(ns, f->ip.dst);
  if (!r) { drop(p); return; }
  if (r->local) {
    if (ns->tracked) confirm(p);
    if (f->ip.proto == 17) udp_receive(ns, p);
    else drop(p);
    return;
  }
  if (!ns->forward || f->ip.ttl <= 1) { drop(p); return; }
  u16 old = *(u16 *)&f->ip.ttl;
  f->ip.ttl--;
  f->ip.sum = patch16(f->ip.sum, old, *(u16 *)&f->ip.ttl);
  if (ns->tracked) {
    const struct rule *verdict = run(FORWARD, p, d, r->dev);
    if (!verdict || verdict->target == DROP) { drop(p); return; }
  }
  ip_finish(ns, p, r);
}

/* --- VXLAN */

static void vxlan_xmit(struct dev *d, struct packet *p) {
  const struct frame *inner = (struct frame *)p->data;
  const struct fdb *f = fdb_find(d, mac_of(inner->eth.dst));
  if (!f) { drop(p); return; }
  u32 len = p->len, h = mix((u64)inner->ip.src << 32 ^ inner->ip.dst ^ (u64)inner->udp.sport << 16 ^ inner->udp.dport);
  p->data -= 50;
  p->len += 50;
  struct frame *o = (struct frame *)p->data;
  u32 *vx = (u32 *)(o + 1);
  o->ip = (struct ip){0x45, 0, htons(len + 36), 0, 0, 64, 17, 0, d->ip, f->remote};
  o->ip.sum = ~fold(sum_of(&o->ip, 20, 0));
  o->udp = (struct udp){htons(32768 + (h & 0x6fff)), htons(4789), htons(len + 16), 0};
  vx[0] = htonl(0x08000000);
  vx[1] = htonl(d->vni << 8);
  ip_output(d->peer->ns, p);
}
static void vxlan_receive(struct ns *ns, struct packet *p) {
  const u32 *vx = (u32 *)((struct frame *)p->data + 1);
  if (ntohl(vx[1]) >> 8 != ns->vxlan->vni) { drop(p); return; }
  p->data += 50;
  p->len -= 50;
  receive(ns->vxlan, p);
}
#include "topology.h"
