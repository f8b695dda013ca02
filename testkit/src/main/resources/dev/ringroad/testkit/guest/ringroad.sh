#!/bin/sh
# From the class path: to an emulated processor, resolving modules is half a minute.
exec java @/etc/java.options dev.ringroad.cli.Main "$@"
