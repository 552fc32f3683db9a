/*
 * stack: the kernel's TCP on one end of a wire whose other end is the one who calls it. A network namespace of its own, a
 * TAP device with 192.0.2.1/24 whose neighbour 192.0.2.2 is known, and calls of one letter on standard input:
 *
 *   s                 socket (cubic)     b FD PORT  bind      l FD BACKLOG  listen    a FD  accept     c FD PORT  connect
 *   w FD N            write N bytes      r FD N     read      h FD HOW      shutdown  x FD  close      o FD LEVEL NAME VALUE
 *   i HEX             a frame arrives    n PATH VALUE         a file under /proc/sys/net/ipv4    p  nothing
 *
 * Each is answered by "= MICROSECONDS RESULT" (or -errno), the time being that before the call; a frame that the kernel sends
 * is told by "> MICROSECONDS HEX" at once.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
  fprintf(stderr, "stack: %s: %s\n", what, strerror(errno));
  exit(125);
}

static int open_tap(void) {
  struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strcpy(ifr.ifr_name, "eth0");
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (fd < 0) die("/dev/net/tun");
  if (ioctl(fd, TUNSETIFF, &ifr) != 0) die("TUNSETIFF");
  return fd;
}

static long setting(const char *path, const char *value) {
  char name[256];
  snprintf(name, sizeof name, "/proc/sys/net/ipv4/%s", path);
  int fd = open(name, O_WRONLY);
  if (fd < 0) return -errno;
  long n = write(fd, value, strlen(value)) < 0 ? -errno : 0;
  close(fd);
  return n;
}

static long call(char *line, int tap) {
  static unsigned char bytes[65536];
  struct sockaddr_in to = {.sin_family = AF_INET};
  int fd = 0, a = 0, b = 0, c = 0;
  char path[128], value[128];
  long n = -EINVAL;
  switch (line[0]) {
    case 's':
      n = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      if (n >= 0 && setsockopt(n, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) != 0) return -errno;
      break;
    case 'b': sscanf(line + 1, "%d %d", &fd, &a); to.sin_port = htons(a); n = bind(fd, (void *)&to, sizeof to); break;
    case 'l': sscanf(line + 1, "%d %d", &fd, &a); n = listen(fd, a); break;
    case 'a': sscanf(line + 1, "%d", &fd); n = accept4(fd, 0, 0, SOCK_NONBLOCK); break;
    case 'c':
      sscanf(line + 1, "%d %d", &fd, &a);
      to.sin_port = htons(a);
      to.sin_addr.s_addr = inet_addr("192.0.2.2");
      n = connect(fd, (void *)&to, sizeof to);
      break;
    case 'w': sscanf(line + 1, "%d %d", &fd, &a); memset(bytes, 'x', a); n = send(fd, bytes, a, MSG_NOSIGNAL); break;
    case 'r': sscanf(line + 1, "%d %d", &fd, &a); n = recv(fd, bytes, a, 0); break;
    case 'h': sscanf(line + 1, "%d %d", &fd, &a); n = shutdown(fd, a); break;
    case 'x': sscanf(line + 1, "%d", &fd); n = close(fd); break;
    case 'o': sscanf(line + 1, "%d %d %d %d", &fd, &a, &b, &c); n = setsockopt(fd, a, b, &c, sizeof c); break;
    case 'n': sscanf(line + 1, "%127s %127s", path, value); return setting(path, value);
    case 'p': n = 0; break;
    case 'i': {
      const char *p = line + 2;
      size_t len = 0;
      for (; sscanf(p, "%2hhx", &bytes[len]) == 1; p += 2) len++;
      n = write(tap, bytes, len);
    }
  }
  return n < 0 ? -errno : n;
}

static long long microseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int main(void) {
  if (unshare(CLONE_NEWNET) != 0) die("unshare");
  int tap = open_tap();
  if (system("ip link set lo up && ip link set eth0 address 02:00:00:00:00:01 && "
             "(echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6 || true) 2>/dev/null && "
             "ip addr add 192.0.2.1/24 dev eth0 && ip link set eth0 up && "
             "ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 nud permanent dev eth0") != 0)
    die("ip");
  static char in[1 << 18];
  static unsigned char frame[65536];
  size_t have = 0;
  struct pollfd fds[2] = {{tap, POLLIN, 0}, {0, POLLIN, 0}};
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  for (;;) {
    fflush(stdout);
    if (poll(fds, 2, -1) < 0) return 1;
    ssize_t n;
    while ((n = read(tap, frame, sizeof frame)) > 0) {
      printf("> %lld ", microseconds());
      for (ssize_t i = 0; i < n; i++) printf("%02x", frame[i]);
      putchar('\n');
    }
    if (!fds[1].revents) continue;
    n = read(0, in + have, sizeof in - have - 1);
    if (n <= 0) return 0;
    have += n;
    in[have] = 0;
    char *at = in, *end;
    while ((end = strchr(at, '\n'))) {
      *end = 0;
      printf("= %lld ", microseconds());
      printf("%ld\n", call(at, tap));
      at = end + 1;
    }
    memmove(in, at, have -= at - in);
  }
}
