#!/bin/sh
# The kernel's NVMe/TCP target on port 4420.
# kernel-target export NQN DEVICE...: exports devices as namespaces 1, 2, ... of a subsystem
# kernel-target hide NQN: takes the subsystem from the port, which ends its connections; the namespaces stay
# kernel-target show NQN: gives it back
set -e
configuration=/sys/kernel/config
subsystem=$configuration/nvmet/subsystems/$2
port=$configuration/nvmet/ports/1

show() {
    ln -s "$subsystem" "$port/subsystems/"
}

export_devices() {
    grep -q " $configuration " /proc/mounts || mount -t configfs configfs $configuration
    mkdir "$subsystem"
    echo 1 >"$subsystem/attr_allow_any_host"
    number=0
    for device; do
        number=$((number + 1))
        mkdir "$subsystem/namespaces/$number"
        echo "$device" >"$subsystem/namespaces/$number/device_path"
        echo 1 >"$subsystem/namespaces/$number/enable"
    done
    if [ ! -e $port ]; then
        mkdir $port
        echo ipv4 >$port/addr_adrfam
        echo tcp >$port/addr_trtype
        echo 0.0.0.0 >$port/addr_traddr
        echo 4420 >$port/addr_trsvcid
    fi
    show
}

case $1 in
    export) shift 2; export_devices "$@" ;;
    hide) rm "$port/subsystems/$2" ;;
    show) show ;;
esac
