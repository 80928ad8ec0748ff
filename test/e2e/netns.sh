#!/bin/sh
# Runs a command in a network of its own, which ends with it, and with it every process that it started.
# There, names are asked of 127.0.0.1:53 and nothing else; every other address seems reachable through `outside`,
# whose far end answers nothing, so whoever is written to stays in the neighbour table (see netns.ts).
# Wants root, or a kernel that lets anyone make user namespaces.
set -eu
PATH=$PATH:/usr/sbin:/sbin
if [ "${1:-}" != --inside ]; then
  as_root=$([ "$(id -u)" = 0 ] || echo --map-root-user)
  exec unshare $as_root --net --mount --pid --fork --kill-child --mount-proc "$0" --inside "$@"
fi
shift

mount -t tmpfs none /mnt
echo 'nameserver 127.0.0.1' >/mnt/resolv.conf
echo 'hosts: files dns' >/mnt/nsswitch.conf
mount --bind /mnt/resolv.conf /etc/resolv.conf
mount --bind /mnt/nsswitch.conf /etc/nsswitch.conf

ip link set lo up
ip link add dev outside type veth peer name nowhere
ip link set nowhere addrgenmode none up
ip link set outside addrgenmode none up
# Addresses that RFC 5737 and RFC 3849 keep for documentation.
ip address add 192.0.2.2/24 dev outside
ip route add default dev outside
if [ -e /proc/net/if_inet6 ]; then
  ip address add 2001:db8::2/64 dev outside nodad
  ip -6 route add default dev outside
fi

exec "$@"
