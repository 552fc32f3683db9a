/** Packages of Debian and Ubuntu. */
import { packagesOf } from './spec.ts';

const LIB = 'usr/lib/x86_64-linux-gnu';

export const DEBIAN_PACKAGES = packagesOf(`
arping 2.26-1 84 sends IP and/or ARP pings (to the MAC address) | libnet1 libpcap0.8t64 | usr/sbin/arping=arping
bind9-dnsutils 1:9.20.15-2 702 Clients provided with BIND 9 | bind9-host bind9-libs libedit2 | usr/bin/dig=dig usr/bin/nslookup=nslookup
bind9-host 1:9.20.15-2 149 DNS Lookup Utility | bind9-libs libidn2-0 | usr/bin/host=host
bind9-libs 1:9.20.15-2 3540 Shared Libraries used by BIND 9 | libuv1t64 libmaxminddb0 libnghttp2-14 | ${LIB}/libdns-9.20.15.so
dnsutils 1:9.20.15-2 20 Transitional package for bind9-dnsutils | bind9-dnsutils | usr/share/doc/dnsutils/copyright
bridge-utils 1.7.1-4 116 Utilities for configuring the Linux Ethernet bridge | | usr/sbin/brctl=brctl
ca-certificates 20250419 388 Common CA certificates | openssl | etc/ssl/certs/ca-certificates.crt
conntrack 1:1.4.8-2 120 Program to modify the conntrack tables | libmnl0 libnetfilter-conntrack3 | usr/sbin/conntrack=conntrack
curl 8.17.0-2 517 command line tool for transferring data with URL syntax | libcurl4t64 | usr/bin/curl=curl
ethtool 1:6.15-3 822 display or change Ethernet device settings | libmnl0 | usr/sbin/ethtool=ethtool
fping 5.4-1 92 sends ICMP ECHO_REQUEST packets to network hosts | netbase | usr/bin/fping=fping
inetutils-ping 2:2.6-5 400 ICMP echo tool | netbase | usr/bin/ping=inetutils-ping usr/bin/ping6=inetutils-ping
inetutils-telnet 2:2.6-5 340 telnet client | netbase | usr/bin/inetutils-telnet=telnet usr/bin/telnet->inetutils-telnet
inetutils-traceroute 2:2.6-5 300 Tools for tracing the route of packets | netbase | usr/bin/traceroute=traceroute
iperf3 3.19.1-1 86 Internet Protocol bandwidth measuring tool | libiperf0 | usr/bin/iperf3=iperf3
libiperf0 3.19.1-1 250 Internet Protocol bandwidth measuring tool (runtime files) | | ${LIB}/libiperf.so.0
iproute2 6.17.0-1 3718 networking and traffic control tools | libbpf1 libcap2-bin libelf1t64 libmnl0 libxtables12 | usr/bin/ip=ip usr/sbin/ip->/usr/bin/ip usr/sbin/bridge=bridge usr/bin/ss=ss usr/sbin/tc=tc usr/bin/nstat=nstat
iptables 1.8.13-1 2400 administration tools for packet filtering and NAT | libip6tc2 libmnl0 libnetfilter-conntrack3 libnftnl11 libxtables12 | usr/sbin/iptables=iptables usr/sbin/ip6tables=ip6tables usr/sbin/iptables-save=iptables-save usr/sbin/iptables-restore=iptables-restore usr/sbin/ip6tables-save=ip6tables-save usr/sbin/ip6tables-restore=ip6tables-restore
iputils-arping 3:20250605-1 51 Tool to send ICMP echo requests to an ARP address | libcap2-bin | usr/bin/arping=arping
iputils-ping 3:20250605-1 147 Tools to test the reachability of network hosts | libcap2-bin libidn2-0 | usr/bin/ping=ping usr/bin/ping4->ping usr/bin/ping6->ping
iputils-tracepath 3:20250605-1 51 Tools to trace the network path to a remote host | libidn2-0 | usr/bin/tracepath=tracepath usr/bin/tracepath6->tracepath
ipcalc 0.51-2 88 parameter calculator for IPv4 addresses | | usr/bin/ipcalc=ipcalc
ipvsadm 1:1.31-4 140 Linux Virtual Server support programs | | usr/sbin/ipvsadm=ipvsadm
jq 1.8.1-4 160 lightweight and flexible command-line JSON processor | libjq1 | usr/bin/jq=jq
libjq1 1.8.1-4 420 lightweight and flexible command-line JSON processor - shared library | libonig5 | ${LIB}/libjq.so.1
libonig5 6.9.10-1 600 regular expressions library | | ${LIB}/libonig.so.5
less 685-1 320 pager program similar to more | | usr/bin/less=less
lsof 4.99.4-2 480 utility to list open files | | usr/bin/lsof=lsof
mtr-tiny 0.96-1 200 Full screen ncurses traceroute tool | libcap2-bin | usr/bin/mtr=mtr
ncat 7.95+dfsg-3 516 NMAP netcat reimplementation | libpcap0.8t64 | usr/bin/ncat=ncat usr/bin/nc->ncat
net-tools 2.10-1.3 1010 NET-3 networking toolkit | | usr/bin/netstat=netstat usr/sbin/arp=arp usr/sbin/ifconfig=ifconfig usr/sbin/route=route
netbase 6.5 44 Basic TCP/IP networking system | | usr/share/doc/netbase/copyright
netcat-openbsd 1.229-1 112 TCP/IP swiss army knife | libbsd0 | usr/bin/nc.openbsd=nc usr/bin/nc->nc.openbsd usr/bin/netcat->nc.openbsd
netcat-traditional 1.10-50 140 TCP/IP swiss army knife | | usr/bin/nc.traditional=nc usr/bin/nc->nc.traditional usr/bin/netcat->nc.traditional
nftables 1.1.5-2 180 Program to control packet filtering rules by Netfilter project | libnftnl11 libedit2 | usr/sbin/nft=nft
nginx 1.30.0-1 1900 small, powerful, scalable web/proxy server | nginx-common iproute2 | usr/sbin/nginx=nginx
nginx-common 1.30.0-1 190 small, powerful, scalable web/proxy server - common files | | usr/share/nginx/html/index.html var/log/nginx/access.log
nmap 7.95+dfsg-3 4442 The Network Mapper | nmap-common libpcap0.8t64 libssh2-1t64 | usr/bin/nmap=nmap
nmap-common 7.95+dfsg-3 17800 Architecture independent files for nmap | | usr/share/nmap/nmap-services
openssl 3.5.4-1 2400 Secure Sockets Layer toolkit - cryptographic utility | | usr/share/doc/openssl/copyright
postgresql-client 17+283 30 front-end programs for PostgreSQL (supported version) | libpq5 | usr/bin/psql=psql usr/bin/pg_isready=pg_isready
libpq5 18.1-1 1030 PostgreSQL C client library | | ${LIB}/libpq.so.5
procps 2:4.0.4-9 2390 /proc file system utilities | libproc2-0 | usr/bin/free=free usr/bin/pgrep=pgrep usr/bin/pkill=pkill usr/bin/ps=ps usr/bin/top=top usr/bin/uptime=uptime usr/bin/watch=watch usr/sbin/sysctl=sysctl
libproc2-0 2:4.0.4-9 150 library for accessing process information from /proc | | ${LIB}/libproc2.so.0
psmisc 23.7-2 760 utilities that use the proc file system | | usr/bin/killall=killall
python3 3.13.7-1 80 interactive high-level object-oriented language (default python3 version) | libpython3-stdlib | usr/bin/python3=python
libpython3-stdlib 3.13.7-1 40 interactive high-level object-oriented language (default python3 version) | | usr/lib/python3/os.py
redis-server 5:8.0.2-3 190 Persistent key-value database with network interface | redis-tools | usr/bin/redis-server=redis-server
redis-tools 5:8.0.2-3 1200 Persistent key-value database with network interface (client) | libjemalloc2 liblzf1 | usr/bin/redis-cli=redis-cli
libjemalloc2 5.3.0-3 1000 general-purpose scalable concurrent malloc(3) implementation | | ${LIB}/libjemalloc.so.2
liblzf1 3.6-4 30 small data compression library | | ${LIB}/liblzf.so.1
socat 1.8.0.3-1 920 multipurpose relay for bidirectional data transfer | | usr/bin/socat=socat
sudo 1.9.17p2-1 6700 Provide limited super user privileges to specific users | | usr/bin/sudo=sudo
tcpdump 4.99.5-2 1390 command-line network traffic analyzer | libpcap0.8t64 | usr/bin/tcpdump=tcpdump
telnet 0.17+2.6-5 20 transitional dummy package for inetutils-telnet default switch | inetutils-telnet | usr/share/doc/telnet/copyright
traceroute 1:2.1.6-1 160 Traces the route taken by packets over an IPv4/IPv6 network | | usr/bin/traceroute=traceroute usr/bin/traceroute6->traceroute
wget 1.25.0-2 3700 retrieves files from the web | libidn2-0 libpsl5t64 | usr/bin/wget=wget
libcurl4t64 8.17.0-2 900 easy-to-use client-side URL transfer library (OpenSSL flavour) | libnghttp2-14 libidn2-0 libpsl5t64 librtmp1 libssh2-1t64 | ${LIB}/libcurl.so.4
libnghttp2-14 1.64.0-1 230 library implementing HTTP/2 protocol (shared library) | | ${LIB}/libnghttp2.so.14
libpsl5t64 0.21.2-1 110 Library for Public Suffix List (shared libraries) | | ${LIB}/libpsl.so.5
librtmp1 2.4+20151223-2 150 toolkit for RTMP streams (shared library) | | ${LIB}/librtmp.so.1
libssh2-1t64 1.11.1-1 390 SSH2 client-side library | | ${LIB}/libssh2.so.1
libidn2-0 2.3.8-4 240 Internationalized domain names (IDNA2008/TR46) library | | ${LIB}/libidn2.so.0
libbpf1 1:1.5.0-3 480 eBPF helper library (shared library) | libelf1t64 | ${LIB}/libbpf.so.1
libbsd0 0.12.2-2 220 utility functions from BSD systems - shared library | | ${LIB}/libbsd.so.0
libcap2-bin 1:2.75-10 120 POSIX 1003.1e capabilities (utilities) | | usr/share/doc/libcap2-bin/copyright
libedit2 3.1-20250104-1 260 BSD editline and history libraries | | ${LIB}/libedit.so.2
libelf1t64 0.193-3 1220 library to read and write ELF files | | ${LIB}/libelf.so.1
libip6tc2 1.8.13-1 60 netfilter libip6tc library | | ${LIB}/libip6tc.so.2
libmaxminddb0 1.12.2-1 60 IP geolocation database library | | ${LIB}/libmaxminddb.so.0
libmnl0 1.0.5-3 40 minimalistic Netlink communication library | | ${LIB}/libmnl.so.0
libnet1 1.3-1 150 library for the construction and handling of network packets | | ${LIB}/libnet.so.9
libnetfilter-conntrack3 1.1.0-1 130 Netfilter netlink-conntrack library | libmnl0 libnfnetlink0 | ${LIB}/libnetfilter_conntrack.so.3
libnfnetlink0 1.0.2-3 40 Netfilter netlink library | | ${LIB}/libnfnetlink.so.0
libnftnl11 1.3.0-1 230 Netfilter nftables userspace API library | libmnl0 | ${LIB}/libnftnl.so.11
libpcap0.8t64 1.10.5-2 420 system interface for user-level packet capture | | ${LIB}/libpcap.so.0.8
libuv1t64 1.51.0-2 290 asynchronous event notification library - runtime library | | ${LIB}/libuv.so.1
libxtables12 1.8.13-1 100 netfilter xtables library | | ${LIB}/libxtables.so.12
`);
