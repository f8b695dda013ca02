package dev.ringroad.bench.tables;

/** What an RSS hash of each kind of input takes; ours in nanoseconds, the peer's in cycles. */
record HashFigures(double ipv4, double ipv4AndPorts, double ipv6, double ipv6AndPorts) {}
