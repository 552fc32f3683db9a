/*
 * The real side of the differential tests: one process that makes anonymous network namespaces (they vanish with it,
 * however it ends), runs commands in them, serves listeners, sends probes, and prints what arrived.
 *
 * Standard input, one command a line:
 *   NS n                              n namespaces, 0 … n-1; commands see them as /proc/self/fd/(100 + i)
 *   SET i path value                  a sysctl below /proc/sys; one that does not exist is passed over
 *   RUN i length program argument …   queued; `length` bytes of its standard input follow the line
 *   GO                                runs what is queued, all at once, and prints: OUT i status length, then the bytes
 *   LISTEN i t|u address port         a TCP listener, or a UDP one that sends back what it gets from ports from 1024 on:
 *                                     NAT could set two of them, all below, on each other for ever
 *   PROBE id i p|u|t address port ttl size tos discover     ping, UDP datagram or TCP connection; source port and ICMP
 *                                     id are id; discover is IP_MTU_DISCOVER; an IPv6 address may have a %device behind it
 *   READY ms                          waits until all interfaces run (their carrier is known), at most so long
 *   PLAY quiet_ms                     sends all probes, until nothing has happened for so long, or for ever (MOST_MS); closes all
 *                                     sockets
 * Standard output besides OUT:
 *   P i hex                           a packet delivered in namespace i, from its IP header on (180 bytes at most); that of
 *                                     IPv6 is made up from what raw sockets tell: no flow label, no extension headers
 *   S id errno                        what the sending call (connect of TCP) of a probe gave
 *   T id errno                        how a TCP connection attempt ended (nothing: not at all)
 *   TIME ms                           from the first probe to the last close
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_FD = 100, MOST_MS = 5000, MAX_NS = 32, MAX_RUN = 64, MAX_SOCK = 8192 };
enum { S_RAW, S_RAW6, S_UDP, S_LISTEN, S_ACCEPTED, S_CLIENT_UDP, S_CLIENT_TCP, S_GONE };

struct run { int ns; char *argv[64]; char *in; size_t len; int from, to; pid_t pid; };
struct sock { int kind, ns, id, done; };
struct probe { int id, ns, kind, port, ttl, size, tos, discover; char ip[64]; };

static struct run runs[MAX_RUN];
static struct pollfd fds[MAX_SOCK];
static struct sock socks[MAX_SOCK];
static struct probe probes[MAX_SOCK];
static int nruns, nsocks, nprobes, count, raw[MAX_NS], raw6[MAX_NS];
static long deadline;

static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static void enter(int ns) {
  if (setns(FIRST_FD + ns, CLONE_NEWNET) != 0) die("setns");
}

static long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int watch(int fd, int kind, int ns, int id, short events) {
  if (nsocks == MAX_SOCK) { errno = EMFILE; die("sockets"); }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fds[nsocks] = (struct pollfd){fd, events, 0};
  socks[nsocks++] = (struct sock){kind, ns, id, 0};
  return fd;
}

static int open_socket(int ns, int family, int type, int proto) {
  enter(ns);
  int fd = socket(family, type, proto);
  if (fd < 0) die("socket");
  int size = 8 << 20, one = 1;
  if (family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof one);
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &one, sizeof one);
  }
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  return fd;
}

static void make_namespaces(int n) {
  for (int i = 0; i < n && i < MAX_NS; i++) {
    if (unshare(CLONE_NEWNET) != 0) die("unshare");
    int fd = open("/proc/self/ns/net", O_RDONLY);
    if (fd < 0 || dup2(fd, FIRST_FD + i) < 0) die("namespace");
    close(fd);
    count = i + 1;
  }
}

static void set(int ns, const char *path, const char *value) {
  char full[256];
  enter(ns);
  snprintf(full, sizeof full, "/proc/sys/%s", path);
  FILE *f = fopen(full, "w");
  if (!f) return;
  fprintf(f, "%s\n", value);
  fclose(f);
}

static void queue(char *words) {
  if (nruns == MAX_RUN) { errno = E2BIG; die("runs"); }
  struct run *r = &runs[nruns++];
  int n = 0;
  memset(r, 0, sizeof *r);
  r->ns = atoi(strtok(words, " \n"));
  r->len = strtoul(strtok(NULL, " \n"), NULL, 10);
  for (char *w; n < 63 && (w = strtok(NULL, " \n"));) r->argv[n++] = strdup(w);
  r->in = malloc(r->len + 1);
  if (fread(r->in, 1, r->len, stdin) != r->len) die("input");
}

static void start(struct run *r) {
  FILE *in = tmpfile(), *out = tmpfile();
  if (!in || !out) die("tmpfile");
  fwrite(r->in, 1, r->len, in);
  fflush(in);
  r->from = fileno(in);
  r->to = fileno(out);
  lseek(r->from, 0, SEEK_SET);
  r->pid = fork();
  if (r->pid != 0) return;
  enter(r->ns);
  dup2(r->from, 0);
  dup2(r->to, 1);
  dup2(r->to, 2);
  execvp(r->argv[0], r->argv);
  _exit(127);
}

static void go(void) {
  static char buffer[65536];
  fflush(stdout);
  for (int i = 0; i < nruns; i++) start(&runs[i]);
  for (int i = 0; i < nruns; i++) {
    int status = 0;
    waitpid(runs[i].pid, &status, 0);
    off_t size = lseek(runs[i].to, 0, SEEK_END);
    printf("OUT %d %d %ld\n", runs[i].ns, WIFEXITED(status) ? WEXITSTATUS(status) : 255, (long)size);
    lseek(runs[i].to, 0, SEEK_SET);
    for (ssize_t n; (n = read(runs[i].to, buffer, sizeof buffer)) > 0;) fwrite(buffer, 1, n, stdout);
    close(runs[i].from);
    close(runs[i].to);
  }
  fflush(stdout);
  nruns = 0;
}

/* Whether an interface is up that does not run yet: the kernel tells bridges of carriers a little later. */
static int pending(void) {
  int found = 0;
  for (int i = 0; i < count; i++) {
    struct ifaddrs *all;
    enter(i);
    if (getifaddrs(&all) != 0) die("getifaddrs");
    for (struct ifaddrs *a = all; a; a = a->ifa_next)
      if (a->ifa_flags & IFF_UP && !(a->ifa_flags & IFF_RUNNING)) found = 1;
    freeifaddrs(all);
  }
  return found;
}

static void ready(int ms) {
  for (long end = now_ms() + ms; pending() && now_ms() < end;) usleep(5000);
}

union address { struct sockaddr any; struct sockaddr_in four; struct sockaddr_in6 six; };

/* In the namespace whose devices a scope names. Returns the family. */
static int address(union address *a, int ns, const char *text, int port) {
  char ip[64];
  char *dev;
  memset(a, 0, sizeof *a);
  snprintf(ip, sizeof ip, "%s", text);
  if (!strchr(ip, ':')) {
    a->four.sin_family = AF_INET;
    a->four.sin_port = htons(port);
    inet_aton(ip, &a->four.sin_addr);
    return AF_INET;
  }
  enter(ns);
  if ((dev = strchr(ip, '%'))) *dev++ = 0, a->six.sin6_scope_id = if_nametoindex(dev);
  a->six.sin6_family = AF_INET6;
  a->six.sin6_port = htons(port);
  inet_pton(AF_INET6, ip, &a->six.sin6_addr);
  return AF_INET6;
}

static socklen_t length(int family) {
  return family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static int port_of(const union address *a) {
  return ntohs(a->any.sa_family == AF_INET6 ? a->six.sin6_port : a->four.sin_port);
}

static void add_listener(int ns, char proto, const char *ip, int port) {
  union address a;
  int family = address(&a, ns, ip, port);
  int fd = open_socket(ns, family, proto == 't' ? SOCK_STREAM : SOCK_DGRAM, 0);
  if (bind(fd, &a.any, length(family)) != 0) die("bind");
  if (proto == 't' && listen(fd, 1024) != 0) die("listen");
  watch(fd, proto == 't' ? S_LISTEN : S_UDP, ns, 0, POLLIN);
}

static void print_packet(int ns, const unsigned char *p, ssize_t n) {
  printf("P %d ", ns);
  for (ssize_t i = 0; i < n && i < 180; i++) printf("%02x", p[i]);
  putchar('\n');
}

static void reset_on_close(int fd) {
  struct linger l = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

/* A packet of a raw socket of IPv6, with a header made up for it. */
static int serve6(int i) {
  static unsigned char buffer[65536 + sizeof(struct ip6_hdr)];
  struct ip6_hdr *h = (struct ip6_hdr *)buffer;
  struct iovec part = {buffer + sizeof *h, sizeof buffer - sizeof *h};
  char control[256];
  union address from;
  struct msghdr m = {&from, sizeof from, &part, 1, control, sizeof control, 0};
  ssize_t n = recvmsg(fds[i].fd, &m, MSG_DONTWAIT);
  if (n < 0) return 0;
  memset(h, 0, sizeof *h);
  h->ip6_vfc = 0x60;
  h->ip6_plen = htons(n);
  h->ip6_nxt = socks[i].id;
  h->ip6_src = from.six.sin6_addr;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    if (c->cmsg_type == IPV6_HOPLIMIT) h->ip6_hlim = *(int *)CMSG_DATA(c);
    if (c->cmsg_type == IPV6_PKTINFO) h->ip6_dst = ((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_addr;
  }
  print_packet(socks[i].ns, buffer, n + sizeof *h);
  return 1;
}

static int serve(int i) {
  static unsigned char buffer[65536];
  struct sock *s = &socks[i];
  union address from;
  socklen_t size = sizeof from;
  if (s->kind == S_RAW6) return serve6(i);
  if (s->kind == S_LISTEN) {
    int fd = accept(fds[i].fd, NULL, NULL);
    if (fd < 0) return 0;
    reset_on_close(fd);
    watch(fd, S_ACCEPTED, s->ns, 0, 0);
    return 1;
  }
  if (s->kind == S_CLIENT_TCP) {
    int error = 0;
    socklen_t len = sizeof error;
    if (s->done) return 0;
    getsockopt(fds[i].fd, SOL_SOCKET, SO_ERROR, &error, &len);
    printf("T %d %d\n", s->id, error);
    s->done = 1;
    fds[i].events = 0;
    return 1;
  }
  if (s->kind == S_ACCEPTED) return 0;
  ssize_t n = recvfrom(fds[i].fd, buffer, sizeof buffer, MSG_DONTWAIT, &from.any, &size);
  if (n < 0) return 0;
  if (s->kind == S_RAW) print_packet(s->ns, buffer, n);
  if (s->kind == S_UDP && port_of(&from) >= 1024) sendto(fds[i].fd, buffer, n, 0, &from.any, size);
  return 1;
}

/* Handles all that is there. Returns whether anything was. */
static int drain(int wait) {
  int any = 0;
  while (now_ms() < deadline && poll(fds, nsocks, any ? 0 : wait) > 0) {
    int now = 0;
    for (int i = 0, n = nsocks; i < n; i++) {
      if (!fds[i].revents) continue;
      if (socks[i].kind == S_ACCEPTED || (socks[i].kind == S_CLIENT_TCP && socks[i].done)) {
        fds[i].fd = ~fds[i].fd; /* hung up: no more news, the socket stays */
        continue;
      }
      while (serve(i)) {
        now = 1;
        if (socks[i].kind == S_CLIENT_TCP) break;
      }
    }
    if (!now) continue;
    any = 1;
  }
  return any;
}

static unsigned short checksum(const unsigned char *p, int n) {
  unsigned long sum = 0;
  for (int i = 0; i < n; i++) sum += i & 1 ? p[i] : p[i] << 8;
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return htons(~sum & 0xffff);
}

static void options(int fd, int family, const struct probe *p) {
  int six = family == AF_INET6, level = six ? IPPROTO_IPV6 : IPPROTO_IP;
  setsockopt(fd, level, six ? IPV6_UNICAST_HOPS : IP_TTL, &p->ttl, sizeof p->ttl);
  setsockopt(fd, level, six ? IPV6_TCLASS : IP_TOS, &p->tos, sizeof p->tos);
  setsockopt(fd, level, six ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &p->discover, sizeof p->discover);
}

static void send_probe(const struct probe *p) {
  static unsigned char data[8192];
  union address to, own;
  int family = address(&to, p->ns, p->ip, p->kind == 'p' ? 0 : p->port), result = 0;
  address(&own, p->ns, family == AF_INET6 ? "::" : "0.0.0.0", p->id);
  memset(data, 'x', sizeof data);
  if (p->kind == 'p') {
    struct icmphdr h = {.type = family == AF_INET6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO, .un.echo = {htons(p->id), htons(1)}};
    int fd = family == AF_INET6 ? raw6[p->ns] : raw[p->ns];
    memcpy(data, &h, 8);
    h.checksum = checksum(data, 8 + p->size);
    memcpy(data, &h, 8);
    options(fd, family, p);
    result = sendto(fd, data, 8 + p->size, 0, &to.any, length(family));
  } else {
    int fd = open_socket(p->ns, family, p->kind == 't' ? SOCK_STREAM : SOCK_DGRAM, 0);
    options(fd, family, p);
    if (bind(fd, &own.any, length(family)) != 0) die("bind");
    watch(fd, p->kind == 't' ? S_CLIENT_TCP : S_CLIENT_UDP, p->ns, p->id, p->kind == 't' ? POLLOUT : POLLIN);
    if (p->kind == 't') {
      reset_on_close(fd);
      result = connect(fd, &to.any, length(family));
      if (result < 0 && errno != EINPROGRESS) socks[nsocks - 1].done = 1, fds[nsocks - 1].events = 0;
    } else result = sendto(fd, data, p->size, 0, &to.any, length(family));
  }
  printf("S %d %d\n", p->id, result < 0 && errno != EINPROGRESS ? errno : 0);
}

static void close_kind(int a, int b) {
  for (int i = 0; i < nsocks; i++) {
    if (socks[i].kind != a && socks[i].kind != b) continue;
    close(fds[i].fd < 0 ? ~fds[i].fd : fds[i].fd);
    fds[i].fd = -1;
    socks[i].kind = S_GONE;
  }
  drain(20);
}

static void play(int quiet) {
  int protocols[] = {IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP};
  for (int i = 0; i < count; i++)
    for (int k = 0; k < 3; k++) {
      int fd = watch(open_socket(i, AF_INET, SOCK_RAW, protocols[k]), S_RAW, i, 0, POLLIN);
      int six = k == 0 ? IPPROTO_ICMPV6 : protocols[k];
      int fd6 = watch(open_socket(i, AF_INET6, SOCK_RAW, six), S_RAW6, i, six, POLLIN);
      if (k == 0) raw[i] = fd, raw6[i] = fd6;
    }
  long begin = now_ms();
  deadline = begin + MOST_MS;
  for (int i = 0; i < nprobes; i++) {
    send_probe(&probes[i]);
    drain(0);
  }
  while (drain(quiet)) {}
  close_kind(S_CLIENT_TCP, S_CLIENT_UDP);
  for (int i = 0; i < nsocks; i++)
    if (socks[i].kind == S_LISTEN) {
      close(fds[i].fd);
      fds[i].fd = -1;
      socks[i].kind = S_GONE;
    }
  close_kind(S_ACCEPTED, S_UDP);
  printf("TIME %ld\n", now_ms() - begin);
  fflush(stdout);
}

int main(void) {
  static char line[4096], ip[64], path[200], value[64];
  while (fgets(line, sizeof line, stdin)) {
    int a, b, c, d, e, f, g;
    char k;
    if (sscanf(line, "NS %d", &a) == 1) make_namespaces(a);
    else if (sscanf(line, "SET %d %199s %63s", &a, path, value) == 3) set(a, path, value);
    else if (strncmp(line, "RUN ", 4) == 0) queue(line + 4);
    else if (strncmp(line, "GO", 2) == 0) go();
    else if (sscanf(line, "LISTEN %d %c %63s %d", &a, &k, ip, &b) == 4) add_listener(a, k, ip, b);
    else if (sscanf(line, "PROBE %d %d %c %63s %d %d %d %d %d", &a, &b, &k, ip, &c, &d, &e, &f, &g) == 9) {
      struct probe p = {.id = a, .ns = b, .kind = k, .port = c, .ttl = d, .size = e, .tos = f, .discover = g};
      memcpy(p.ip, ip, sizeof p.ip);
      if (nprobes < MAX_SOCK) probes[nprobes++] = p;
    } else if (sscanf(line, "READY %d", &a) == 1) ready(a);
    else if (sscanf(line, "PLAY %d", &a) == 1) play(a);
  }
  return 0;
}
