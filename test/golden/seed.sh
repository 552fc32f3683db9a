#!/bin/bash
# The tutorial's part on one host, command by command, each with what it must show. Where Docker 28 is not what Docker
# was in 2014, the comment says what is asked for instead. Plays in the lab: npx drydock run test/golden/seed.sh
set -euo pipefail

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'seed.sh: %s\n' "$*" >&2; exit 1; }
# has TEXT PATTERN: the text has a line that matches.
has() { grep -Eq -- "$2" <<<"$1" || fail "'$2' is not in: $1"; }
lacks() { ! grep -Eq -- "$2" <<<"$1" || fail "'$2' is in: $1"; }
is() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }
# refused PATTERN COMMAND...: it fails, and says so.
refused() {
  local wanted=$1 said
  shift
  if said=$("$@" 2>&1); then fail "$* was not refused"; fi
  has "$said" "$wanted"
}

step 'ports: -P publishes what the image exposes on some port'
sudo docker run -d -P training/webapp python app.py
sleep 1
sudo docker ps -l
name=$(docker ps -l --format '{{.Names}}')
port=$(docker port "$name" 5000 | head -n 1 | cut -d : -f 2)
has "$(docker ps -l)" "0\.0\.0\.0:$port->5000/tcp"
is "$(curl -s "localhost:$port")" 'Hello world!'
is "$(curl -s "192.168.56.11:$port")" 'Hello world!'

step 'ports: the log of the application; -f goes on until it is told to stop'
timeout 2 sudo docker logs -f "$name" || is $? 124
has "$(docker logs "$name" 2>&1)" 'Running on .*:5000'
has "$(docker logs "$name" 2>&1)" '"GET / HTTP/1\.[01]" 200'

step 'ports: hostPort:containerPort is every address of the host'
sudo docker run -d --name all -p 5000:5000 training/webapp python app.py
sleep 1
has "$(docker port all)" '^5000/tcp -> 0\.0\.0\.0:5000$'
is "$(curl -s 192.168.56.11:5000)" 'Hello world!'
refused 'port is already allocated' docker run -d --name second -p 5000:5000 training/webapp python app.py
docker rm -f all second

step 'ports: ip:hostPort:containerPort is one address'
sudo docker run -d --name one -p 127.0.0.1:5000:5000 training/webapp python app.py
sleep 1
is "$(docker port one 5000)" '127.0.0.1:5000'
is "$(curl -s 127.0.0.1:5000)" 'Hello world!'
refused 'Failed to connect|Could not connect|Connection refused' curl -sS 192.168.56.11:5000
docker rm -f one

step 'ports: ip::containerPort is some port of one address'
sudo docker run -d --name some -p 127.0.0.1::5000 training/webapp python app.py
has "$(docker port some 5000)" '^127\.0\.0\.1:[0-9]+$'

step 'ports: udp is asked for by name'
sudo docker run -d --name udp -p 127.0.0.1:5000:5000/udp training/webapp python app.py
is "$(docker port udp)" '5000/udp -> 127.0.0.1:5000'
docker rm -f udp some

step 'ports: several at once; docker inspect knows all of it'
sudo docker run -d --name two -p 5000:5000 -p 3000:80 training/webapp python app.py
has "$(docker port two)" '^80/tcp -> 0\.0\.0\.0:3000$'
has "$(docker inspect -f '{{.NetworkSettings.IPAddress}}' two)" '^172\.17\.0\.[0-9]+$'

step 'ports: they are fixed when a container is made; commit makes an image for another one'
docker commit two again
docker rm -f two
docker run -d --name two -p 5001:5000 again
sleep 1
is "$(curl -s localhost:5001)" 'Hello world!'
docker rm -f two "$name"

step 'names: one that a person has chosen'
sudo docker run -d -P --name web training/webapp python app.py
has "$(sudo docker ps -l)" ' web$'
is "$(sudo docker inspect -f '{{ .Name }}' "$(docker ps -lq)")" '/web'
refused 'The container name "/web" is already in use' docker run -d -P --name web training/webapp python app.py
# --rm and -d go together today
docker run -d --rm --name brief busybox true
sleep 2
is "$(docker ps -aq --filter name=brief)" ''

step 'links: db and web'
sudo docker run -d --name db training/postgres
docker rm -f web
sudo docker run -d -P --name web --link db:db training/webapp python app.py
sleep 1
docker ps
has "$(docker ps --no-trunc --format '{{.Names}}')" '^db,web/db$'
lacks "$(docker port db)" '.'

step 'links: the environment'
env=$(sudo docker run --rm --name web2 --link db:db training/webapp env)
db=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' db)
has "$env" '^DB_NAME=/web2/db$'
has "$env" "^DB_PORT=tcp://$db:5432\$"
has "$env" "^DB_PORT_5432_TCP=tcp://$db:5432\$"
has "$env" '^DB_PORT_5432_TCP_PROTO=tcp$'
has "$env" '^DB_PORT_5432_TCP_PORT=5432$'
has "$env" "^DB_PORT_5432_TCP_ADDR=$db\$"

step 'links: the hosts file, and ping after it was installed'
inside=$(sudo docker run -i --rm --link db:db training/webapp /bin/bash <<'INSIDE'
cat /etc/hosts
apt-get install -yqq inetutils-ping >/dev/null 2>&1
ping -c 3 db
INSIDE
)
printf '%s\n' "$inside"
has "$inside" "^$db[[:space:]]+db "
has "$inside" '3 packets (transmitted|sent), 3 (packets )?received'
refused 'Name or service not known|bad address|unknown host' docker exec web ping -c 1 nosuch

step 'links: several containers linked to one; a link follows a restart'
docker run -d --name web3 --link db:db training/webapp python app.py
docker stop -t 1 db
docker run -d --name thief busybox top
docker start db
now=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' db)
[ "$now" != "$db" ] || fail 'db has its old address'
for c in web web3; do has "$(docker exec "$c" cat /etc/hosts)" "^$now[[:space:]]+db "; done
docker rm -f web web3 db thief

step 'networks: frontend, and nginx in it'
docker network create frontend
docker run -itd --net=frontend --name web nginx
sleep 1

step 'networks: app, and a container in both'
docker network create app
docker run -itd --name myapp --net=app training/webapp python app.py
docker network connect app web
sleep 1
has "$(docker exec web getent hosts myapp.app)" '172\.'
has "$(docker run --rm --net=app busybox wget -qO- http://myapp.app:5000/)" 'Hello world!'

step 'networks: names are found'
docker run -d --name rose --net=frontend busybox top
ping=$(docker run --rm --net=frontend busybox ping -c 4 rose)
printf '%s\n' "$ping"
has "$ping" '4 packets transmitted, 4 packets received'

step 'networks: inspect, connect, inspect'
has "$(docker network inspect frontend)" '"Name": "rose"'
docker network create backend
docker network connect backend rose
has "$(docker network inspect backend)" '"Name": "rose"'
networks=$(docker inspect -f '{{ json .NetworkSettings }}' rose)
has "$networks" '"backend":\{'
has "$networks" '"frontend":\{'
ifconfig=$(docker exec rose ifconfig)
printf '%s\n' "$ifconfig"
has "$ifconfig" '^eth0 '
has "$ifconfig" '^eth1 '

step 'networks: disconnect'
docker network disconnect backend rose
lacks "$(docker exec rose ifconfig)" '^eth1 '
lacks "$(docker inspect -f '{{ json .NetworkSettings.Networks }}' rose)" 'backend'

step 'networks: load balancer, front end, back end and database, kept apart'
docker run -d --name store --net=backend redis
docker run -d --name front --net=frontend training/webapp python app.py
docker network connect backend front
sleep 1
has "$(docker exec front getent hosts store)" '172\.'
refused 'bad address|not known' docker exec rose ping -c 1 -W 1 store
address=$(docker inspect -f '{{.NetworkSettings.Networks.backend.IPAddress}}' store)
refused '100% packet loss' docker exec rose ping -c 1 -W 1 "$address"

step 'customization: every option'
docker network create --driver bridge --subnet 172.28.0.0/16 --ip-range 172.28.5.0/24 --gateway 172.28.5.254 \
  --aux-address router=172.28.5.1 --ipam-driver default -o com.docker.network.bridge.name=custom0 custom
is "$(docker run --rm --net custom busybox hostname -i)" '172.28.5.0'
has "$(docker run --rm --net custom busybox ip route)" '^default via 172\.28\.5\.254 '
has "$(ip -br addr show custom0)" '172\.28\.5\.254/16'
has "$(docker network create --help)" '--aux-address map'
refused 'This node is not a swarm manager' docker network create -d overlay everywhere
docker run --rm --net host busybox hostname
lacks "$(docker run --rm --net none busybox ip -o -4 addr)" 'eth0'

step 'all of it taken away'
docker rm -f $(docker ps -aq)
docker network rm custom frontend backend app
docker rmi again
is "$(docker network ls --format '{{.Name}}' | sort | tr '\n' ' ')" 'bridge host none '
echo 'seed.sh: every command answered as it should'
