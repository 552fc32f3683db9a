# Solves the lesson, step by step. "#: step" begins a step; "#@ machine" moves to that machine.
#: random
docker run -d -P training/webapp python app.py
#: look
docker ps -l
docker port $(docker ps -lq)
#: visit
sleep 1
curl -sS http://localhost:$(docker port $(docker ps -lq) 5000 | head -1 | sed 's/.*://')/
#: logs
(sleep 1; curl -s localhost:$(docker port $(docker ps -lq) 5000 | head -1 | sed 's/.*://')/) &
timeout 3 docker logs -f $(docker ps -lq)
wait
#: chosen
docker run -d -p 5000:5000 --name web training/webapp python app.py
sleep 1
#@ node3
curl -sS http://192.168.56.11:5000/
#: local
docker run -d -p 127.0.0.1:5001:5000 --name local training/webapp python app.py
sleep 1
curl -sS http://127.0.0.1:5001/
#@ node3
curl -sS --max-time 4 http://192.168.56.11:5001/
#: local-any
docker run -d -p 127.0.0.1::5000 --name local2 training/webapp python app.py
docker port local2
#: udp
docker run -d -p 127.0.0.1:5000:5000/udp --name udp training/webapp python app.py
docker port udp
#: several
docker run -d -p 5002:5000 -p 3000:80 --name pair training/webapp python app.py
sleep 1
curl -sS http://localhost:5002/
curl -sS http://localhost:3000/
#: taken
docker run -d -p 5000:5000 --name again training/webapp python app.py
docker ps -a --filter name=again
#: address
docker inspect -f '{{ .NetworkSettings.IPAddress }}' web
curl -sS http://$(docker inspect -f '{{ .NetworkSettings.IPAddress }}' web):5000/
#: remap
docker commit web webapp:moved
docker rm -f web
docker run -d -p 8080:5000 --name moved webapp:moved
#: rules
iptables -t nat -L DOCKER -n -v
#@ node3
sleep 1
curl -sS http://192.168.56.11:8080/
#@ node1
iptables -t nat -L DOCKER -n -v
#: proxy
ss -lntp
curl -sS http://localhost:8080/
#@ node3
curl -sS http://192.168.56.11:8080/
#@ node1
docker logs moved
#: clear
docker stop -t 1 moved
docker start moved
docker rm -f $(docker ps -aq)
