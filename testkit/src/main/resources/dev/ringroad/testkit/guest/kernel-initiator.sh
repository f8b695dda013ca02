#!/bin/sh
# kernel-initiator ADDRESS PORT NQN [OPTION...]: lets the kernel connect by NVMe/TCP, with options of nvme-cli, and
# prints the block device that it then has. No other NVMe drive may be here.
set -e
address=$1
port=$2
subsystem=$3
shift 3
nvme connect -t tcp -a "$address" -s "$port" -n "$subsystem" "$@" >&2
for attempt in $(seq 300); do
    for name in /sys/block/nvme[0-9]n1; do
        if [ -e "$name" ] && [ "$(cat "$name/size")" -gt 0 ]; then
            echo "/dev/${name##*/}"
            exit
        fi
    done
    sleep 0.1
done
echo "The kernel connected, but no namespace came ($attempt looks)." >&2
exit 1
