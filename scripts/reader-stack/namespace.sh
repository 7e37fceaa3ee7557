# Runs as the first program of the private namespaces and then only keeps them alive (FIELD.md, "A private reader stack").
# $1 = folder that appears as /run/pcscd. It ends when its standard input ends, that is, with its parent.
set -eu
mount --make-rprivate /
if [ ! -d /run/pcscd ]; then
  # No pcscd ever ran on this machine: an empty /run of our own, so that nothing is made on the host.
  mkdir -p "$1"
  exec 9<"$1"
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir /run/pcscd
  mount --bind "/proc/self/fd/9" /run/pcscd
  exec 9<&-
else
  mount --bind "$1" /run/pcscd
fi
ip link set lo up
# Each APDU costs 48 ms through Nagle and delayed ACK without this, 0.22 ms with it.
ip route change local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 quickack 1
echo ready
exec cat
