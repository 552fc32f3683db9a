/** Packages of Alpine. */
import { packagesOf } from './spec.ts';

export const ALPINE_PACKAGES = packagesOf(`
arping 2.25-r0 50 A util to find out it a specific IP address on the LAN is 'taken' | libpcap | usr/sbin/arping=arping
bash 5.2.37-r0 1300 The GNU Bourne Again shell | readline libncursesw | bin/bash=bash
bind-tools 9.20.15-r0 600 The ISC DNS tools | bind-libs | usr/bin/dig=dig usr/bin/host=host usr/bin/nslookup=nslookup
bind-libs 9.20.15-r0 3400 The ISC DNS server (libraries) | libuv | usr/lib/libdns-9.20.15.so
bridge-utils 1.7.1-r5 60 Tools for configuring the Linux kernel 802.1d Ethernet Bridge | | usr/sbin/brctl=brctl
ca-certificates 20250911-r0 700 Common CA certificates PEM files from Mozilla | | etc/ssl/certs/ca-certificates.crt
conntrack-tools 1.4.8-r0 300 Connection tracking userspace tools | libnetfilter_conntrack libmnl | usr/sbin/conntrack=conntrack
curl 8.14.1-r2 260 URL retrival utility and library | ca-certificates libcurl | usr/bin/curl=curl
drill 1.8.4-r0 60 Tool like dig for querying DNS | | usr/bin/drill=dig
ethtool 6.14-r0 700 Display or change Ethernet device settings | libmnl | usr/sbin/ethtool=ethtool
fping 5.3-r0 70 Utility to ping multiple hosts at once | | usr/sbin/fping=fping
iperf3 3.19.1-r0 120 Tool to measure IP bandwidth using UDP or TCP | | usr/bin/iperf3=iperf3
iproute2 6.15.0-r0 40 IP Routing Utilities | iproute2-minimal iproute2-ss iproute2-tc | usr/share/doc/iproute2/README
iproute2-minimal 6.15.0-r0 700 minimal set of IP Routing Utilities | libmnl | sbin/ip=ip sbin/bridge=bridge
iproute2-ss 6.15.0-r0 200 ss utility | libmnl | sbin/ss=ss
iproute2-tc 6.15.0-r0 500 tc utility | libmnl libxtables | sbin/tc=tc
iptables 1.8.11-r1 2000 Linux kernel firewall, NAT and packet mangling tools | libmnl libnftnl libxtables | usr/sbin/iptables=iptables usr/sbin/ip6tables=ip6tables usr/sbin/iptables-save=iptables-save usr/sbin/iptables-restore=iptables-restore
iputils 20240905-r0 10 IP Configuration Utilities (and Ping) | iputils-arping iputils-ping iputils-tracepath | usr/share/doc/iputils/README
iputils-arping 20240905-r0 40 Arping utility | | usr/sbin/arping=arping
iputils-ping 20240905-r0 110 Ping utility | | bin/ping=ping bin/ping6->ping
iputils-tracepath 20240905-r0 30 Tracepath utility | | usr/bin/tracepath=tracepath
ipvsadm 1.31-r3 90 Linux Virtual Server administration program | | sbin/ipvsadm=ipvsadm
jq 1.8.1-r0 320 Lightweight and flexible command-line JSON processor | oniguruma | usr/bin/jq=jq
oniguruma 6.9.10-r0 550 Regular expressions library | | usr/lib/libonig.so.5
libcurl 8.14.1-r2 600 URL retrival utility and library (libraries) | libidn2 nghttp2-libs libpsl | usr/lib/libcurl.so.4
libidn2 2.3.7-r0 220 Encode/Decode library for internationalized domain names | libunistring | usr/lib/libidn2.so.0
libunistring 1.3-r0 1700 Library for manipulating Unicode strings and C strings | | usr/lib/libunistring.so.5
nghttp2-libs 1.65.0-r0 180 Experimental HTTP/2 client, server and proxy (libraries) | | usr/lib/libnghttp2.so.14
libpsl 0.21.5-r3 90 C library for the Publix Suffix List | libidn2 | usr/lib/libpsl.so.5
libmnl 1.0.5-r2 30 Library for minimalistic netlink | | usr/lib/libmnl.so.0
libncursesw 6.5_p20250503-r0 410 Console display library (libncursesw) | ncurses-terminfo-base | usr/lib/libncursesw.so.6
ncurses-terminfo-base 6.5_p20250503-r0 180 Descriptions of common terminals | | etc/terminfo/l/linux
readline 8.2.13-r1 310 GNU readline library | libncursesw | usr/lib/libreadline.so.8
libnetfilter_conntrack 1.0.9-r2 90 programming interface (API) to the in-kernel connection tracking state table | libmnl | usr/lib/libnetfilter_conntrack.so.3
libnftnl 1.2.9-r0 210 Netfilter library providing interface to the nf_tables subsystem | libmnl | usr/lib/libnftnl.so.11
libpcap 1.10.5-r1 290 System-independent interface for user-level packet capture | | usr/lib/libpcap.so.1
libuv 1.51.0-r0 190 Cross-platform asychronous I/O | | usr/lib/libuv.so.1
libxtables 1.8.11-r1 70 A shared library for iptables | | usr/lib/libxtables.so.12
lsof 4.99.4-r0 180 LiSt Open Files | | usr/bin/lsof=lsof
mtr 0.96-r0 160 Full screen ncurses traceroute tool | libncursesw | usr/sbin/mtr=mtr
net-tools 2.10-r3 600 Linux networking tools | | bin/netstat=netstat sbin/ifconfig=ifconfig sbin/route=route sbin/arp=arp
netcat-openbsd 1.229.1-r0 60 The TCP/IP swiss army knife, OpenBSD variant | | usr/bin/nc=nc
nmap 7.97-r0 5300 Network exploration tool and security/port scanner | libpcap | usr/bin/nmap=nmap
nmap-ncat 7.97-r0 680 Concatenate and redirect sockets | libpcap | usr/bin/ncat=ncat
nftables 1.1.3-r0 80 Netfilter tables userspace tools | libnftnl libmnl | usr/sbin/nft=nft
nginx 1.28.0-r3 1300 HTTP and reverse proxy server (stable version) | | usr/sbin/nginx=nginx
postgresql17-client 17.6-r0 1100 PostgreSQL client | libpq | usr/bin/psql=psql usr/bin/pg_isready=pg_isready
libpq 17.6-r0 310 PostgreSQL libraries | | usr/lib/libpq.so.5
procps 4.0.4-r3 20 Utilities for monitoring your system and processes on your system | procps-ng | usr/share/doc/procps/README
procps-ng 4.0.4-r3 300 Utilities for monitoring your system and processes on your system | libproc2 | bin/ps=ps usr/bin/top=top usr/bin/free=free usr/bin/pgrep=pgrep usr/bin/pkill=pkill
libproc2 4.0.4-r3 90 Library for monitoring system and processes | | usr/lib/libproc2.so.0
python3 3.12.11-r0 30000 High-level scripting language | | usr/bin/python3=python usr/bin/python->python3
redis 8.0.4-r0 1900 Advanced key-value store | | usr/bin/redis-server=redis-server usr/bin/redis-cli=redis-cli
socat 1.8.0.3-r1 380 Multipurpose relay for binary protocols | readline | usr/bin/socat=socat
tcpdump 4.99.5-r1 1200 Tool for network monitoring and data acquisition | libpcap | usr/bin/tcpdump=tcpdump
traceroute 2.1.6-r0 60 Alternative traceroute with extra features | | usr/bin/traceroute=traceroute
busybox-extras 1.37.0-r19 90 Additional binaries of Busybox | | usr/bin/telnet=telnet usr/sbin/httpd->/bin/busybox
wget 1.25.0-r1 640 Network utility to retrieve files from the Web | libidn2 | usr/bin/wget=wget
`);
