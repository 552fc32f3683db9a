/* ra: sends one Ethernet frame, given as DEVICE HEX. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
  static unsigned char frame[2048];
  size_t n = 0;
  if (argc != 3) return 2;
  for (const char *p = argv[2]; n < sizeof frame && sscanf(p, "%2hhx", &frame[n]) == 1; p += 2) n++;
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[1]), .sll_halen = 6};
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0 || sendto(fd, frame, n, 0, (void *)&to, sizeof to) != (ssize_t)n) {
    perror("ra");
    return 1;
  }
  return 0;
}
