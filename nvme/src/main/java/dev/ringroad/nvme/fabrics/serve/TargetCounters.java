package dev.ringroad.nvme.fabrics.serve;

/** What one thread's connections have done. Only that thread writes; others read it as it is. */
final class TargetCounters {
    long accepted;
    long refused;
    long displaced;
    long commands;
    long failedCommands;
    long bytesReceived;
    long bytesSent;
    long faults;
    long dataDigestErrors;
    long terminatedByHost;
    long keepAliveExpired;
    long stalls;
    long bufferWaits;
    long connected;
}
