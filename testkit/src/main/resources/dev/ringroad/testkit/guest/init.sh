#!/bin/busybox sh
# The guest's first process: mounts, loads modules, and then runs what comes over the second serial line,
# one command a line, each answered with its output, a record separator, the command's number and exit status.
export PATH=/bin
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
mkdir -p /dev/shm /dev/pts
mount -t tmpfs tmpfs /dev/shm
while read -r module; do
    insmod "/modules/$module" || echo "module $module was refused"
done </modules/order
hostname guest
# Of its own, as the kernel refuses a name of the host's that comes with the identity of another.
host=6d1f4a52-5a0e-4c47-9d3b-0b8c1f6c7a11
mkdir /etc/nvme
echo "nqn.2014-08.org.nvmexpress:uuid:$host" >/etc/nvme/hostnqn
echo $host >/etc/nvme/hostid
ip link set lo up
if [ -e /sys/class/net/eth0 ]; then
    ip address add 10.0.2.15/24 dev eth0
    ip link set eth0 up
    ip route add default via 10.0.2.2
fi
exec </dev/ttyS1 >/dev/ttyS1 2>&1
stty raw -echo
echo "The guest is up."
while read -r number command; do
    (eval "$command") </dev/null
    printf '\036%s %s\n' "$number" "$?"
done
poweroff -f
