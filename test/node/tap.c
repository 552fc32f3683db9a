/*
 * tap: puts a command into a network namespace of its own whose interface eth0 is a TAP device, and carries that device's
 * frames to a unix socket and back, each after its length (four bytes, network order).
 * Usage: tap SOCKET COMMAND ARGUMENT…   ends with the command's status
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 4096 + 65536 };

static void die(const char *what) {
  fprintf(stderr, "tap: %s: %s\n", what, strerror(errno));
  exit(125);
}

static int open_tap(void) {
  struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strcpy(ifr.ifr_name, "eth0");
  int fd = open("/dev/net/tun", O_RDWR);
  if (fd < 0) die("/dev/net/tun");
  if (ioctl(fd, TUNSETIFF, &ifr) != 0) die("TUNSETIFF");
  return fd;
}

static int call(const char *path) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path, path, sizeof to.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) die(path);
  return fd;
}

static void write_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t k = write(fd, p, n);
    if (k <= 0) exit(0);
    p += k;
    n -= k;
  }
}

static void relay(int tap, int sock) {
  static char in[4 + MOST], out[4 + MOST];
  size_t have = 0;
  struct pollfd fds[2] = {{tap, POLLIN, 0}, {sock, POLLIN, 0}};
  for (;;) {
    if (poll(fds, 2, -1) < 0) exit(0);
    if (fds[0].revents) {
      ssize_t n = read(tap, out + 4, MOST);
      if (n <= 0) exit(0);
      uint32_t head = htonl(n);
      memcpy(out, &head, 4);
      write_all(sock, out, 4 + n);
    }
    if (fds[1].revents) {
      ssize_t n = read(sock, in + have, sizeof in - have);
      if (n <= 0) exit(0);
      have += n;
      size_t at = 0;
      while (have - at >= 4) {
        uint32_t head;
        memcpy(&head, in + at, 4);
        size_t len = ntohl(head);
        if (len > MOST) die("frame");
        if (have - at < 4 + len) break;
        if (write(tap, in + at + 4, len) < 0 && errno != EIO) die("write");
        at += 4 + len;
      }
      memmove(in, in + at, have -= at);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: tap SOCKET COMMAND ARGUMENT...\n");
    return 125;
  }
  if (unshare(CLONE_NEWNET) != 0) die("unshare");
  int tap = open_tap(), sock = call(argv[1]);
  pid_t carrier = fork();
  if (carrier == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    relay(tap, sock);
  }
  close(tap);
  close(sock);
  pid_t command = fork();
  if (command == 0) {
    execvp(argv[2], argv + 2);
    die(argv[2]);
  }
  int status = 0;
  waitpid(command, &status, 0);
  kill(carrier, SIGKILL);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
