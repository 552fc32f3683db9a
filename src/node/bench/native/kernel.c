/*
 * Linux's side of `drydock bench core`: makes anonymous network namespaces (they vanish with the process), runs what
 * sets them up, and sends datagrams of many flows out of a device of one of them with a packet socket that goes around
 * the queueing discipline. The receiver counts by a rule in raw PREROUTING (that is the set-up's business).
 *
 * Standard input, one command a line:
 *   NS n                     n namespaces, 0 … n-1; commands see them as /proc/self/fd/(100 + i)
 *   RUN i length             a shell script of so many bytes follows, run in namespace i; its output is passed on
 *   SEND i DEVICE FLOWS COUNT DPORT LENGTH    LENGTH bytes of the frame to repeat follow (hex); prints
 *                            "ns X": CPU nanoseconds per packet of this process and of the softirq thread of its CPU
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_FD = 100, BATCH = 32, BYTES = 2048, SPORT = 10000, SPAN = 55000 };

static void die(const char *what) { perror(what); exit(1); }
static void enter(int ns) { if (setns(FIRST_FD + ns, CLONE_NEWNET)) die("setns"); }

static void make(int n) {
  for (int i = 0; i < n; i++) {
    if (unshare(CLONE_NEWNET)) die("unshare");
    int fd = open("/proc/self/ns/net", O_RDONLY);
    if (fd < 0 || dup2(fd, FIRST_FD + i) < 0) die("namespace");
    close(fd);
  }
}

static void run(int ns, int length) {
  char *script = malloc(length + 1);
  if (fread(script, 1, length, stdin) != (size_t)length) die("script");
  enter(ns);
  fflush(stdout);
  FILE *sh = popen("sh -e", "w");
  if (!sh || fwrite(script, 1, length, sh) != (size_t)length) die("sh");
  if (pclose(sh)) { fprintf(stderr, "the set-up of namespace %d failed\n", ns); exit(1); }
  free(script);
}

/* CPU time of the process, s, and of its CPU's softirq thread. */
static double own(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}
static int softirqd(int cpu) {
  char line[64], want[32];
  snprintf(want, sizeof want, "ksoftirqd/%d\n", cpu);
  for (int pid = 2; pid < 400; pid++) {
    snprintf(line, sizeof line, "/proc/%d/comm", pid);
    FILE *f = fopen(line, "r");
    if (!f) continue;
    int hit = fgets(line, sizeof line, f) && !strcmp(line, want);
    fclose(f);
    if (hit) return pid;
  }
  return 0;
}
static double spent(int pid) {
  char name[64], text[512];
  unsigned long u = 0, s = 0;
  snprintf(name, sizeof name, "/proc/%d/stat", pid);
  FILE *f = pid ? fopen(name, "r") : NULL;
  if (!f) return 0;
  if (fgets(text, sizeof text, f)) sscanf(strrchr(text, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
  fclose(f);
  return (double)(u + s) / sysconf(_SC_CLK_TCK);
}

static unsigned sum16(const unsigned char *p, int n) {
  unsigned s = 0;
  for (int i = 0; i < n; i += 2) s += p[i] << 8 | (i + 1 < n ? p[i + 1] : 0);
  while (s >> 16) s = (s & 0xffff) + (s >> 16);
  return s;
}

static void send_all(int ns, const char *device, unsigned flows, long count, unsigned dport, int length) {
  static unsigned char frames[BATCH][BYTES];
  struct mmsghdr messages[BATCH] = {0};
  struct iovec parts[BATCH];
  enter(ns);
  int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;
  struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(device)};
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at)) die("packet socket");
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
  for (int i = 0; i < length; i++) { unsigned v; if (scanf("%2x", &v) != 1) die("frame"); frames[0][i] = v; }
  unsigned base = (~(frames[0][40] << 8 | frames[0][41]) & 0xffff) + 2 * 0xffff - sum16(frames[0] + 34, 4);
  for (int i = 0; i < BATCH; i++) {
    if (i) memcpy(frames[i], frames[0], length);
    parts[i] = (struct iovec){frames[i], length};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  }
  int cpu = sched_getcpu(), thread = softirqd(cpu);
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  sched_setaffinity(0, sizeof only, &only);
  double before = own() + spent(thread);
  unsigned flow = 0;
  for (long done = 0; done < count; done += BATCH) {
    for (int i = 0; i < BATCH; i++) {
      unsigned char *f = frames[i];
      unsigned turn = flow / SPAN, s = htons(SPORT + flow - turn * SPAN), d = htons(dport + turn);
      memcpy(f + 34, &s, 2);
      memcpy(f + 36, &d, 2);
      unsigned sum = base + ntohs(s) + ntohs(d);
      while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
      sum = ~sum & 0xffff ? ~sum & 0xffff : 0xffff;
      f[40] = sum >> 8;
      f[41] = sum;
      if (++flow == flows) flow = 0;
    }
    for (int sent = 0; sent < BATCH;) {
      int k = sendmmsg(fd, messages + sent, BATCH - sent, 0);
      if (k < 0) die("send");
      sent += k;
    }
  }
  printf("ns %.1f\n", (own() + spent(thread) - before) * 1e9 / count);
  close(fd);
}

int main(void) {
  char command[8], device[32];
  int ns, length;
  unsigned flows, dport;
  long count;
  setvbuf(stdin, NULL, _IONBF, 0);
  while (scanf("%7s", command) == 1) {
    if (!strcmp(command, "NS") && scanf("%d", &ns) == 1) make(ns);
    else if (!strcmp(command, "RUN") && scanf("%d %d", &ns, &length) == 2 && getchar() == '\n') run(ns, length);
    else if (!strcmp(command, "SEND") && scanf("%d %31s %u %ld %u %d", &ns, device, &flows, &count, &dport, &length) == 6)
      send_all(ns, device, flows, count, dport, length);
    else return 2;
    fflush(stdout);
  }
  return 0;
}
