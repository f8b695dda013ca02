package dev.ringroad.stack.tcp;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;

/** What TCP counts besides drops. */
final class TcpCounters {
    private final StackCounters all;
    private final Counter received;
    private final Counter sent;
    private final Counter retransmitted;
    private final Counter fastRetransmitted;
    private final Counter timedOut;
    private final Counter opened;
    private final Counter accepted;
    private final Counter failed;
    private final Counter resetSent;
    private final Counter resetReceived;
    private final Counter challenged;
    private final Counter timeWaits;
    private final Counter timeWaitEvicted;

    TcpCounters(StackCounters all) {
        this.all = all;
        received =
                all.counter("tcp.segments_received", "Segments received, whatever became of them.");
        sent = all.counter("tcp.segments_sent", "Segments sent, retransmissions included.");
        retransmitted = all.counter("tcp.retransmitted", "Segments sent again.");
        fastRetransmitted =
                all.counter(
                        "tcp.fast_retransmits",
                        "Losses found by three duplicate acknowledgements.");
        timedOut = all.counter("tcp.timeouts", "Retransmission timers that ran out.");
        opened = all.counter("tcp.connects", "Connections begun by this side.");
        accepted =
                all.counter(
                        "tcp.accepts", "Connections begun by peers that finished their handshake.");
        failed =
                all.counter(
                        "tcp.failures",
                        "Connections that ended because the peer or the path was silent.");
        resetSent = all.counter("tcp.resets_sent", "Resets sent.");
        resetReceived = all.counter("tcp.resets_received", "Connections that a peer has reset.");
        challenged =
                all.counter("tcp.challenge_acks", "Challenge acknowledgements sent (RFC 5961).");
        timeWaits = all.counter("tcp.time_wait", "Connections in TIME-WAIT now.");
        timeWaitEvicted =
                all.counter(
                        "tcp.time_wait_evicted",
                        "Connections that left TIME-WAIT early to make room.");
    }

    void drop(DropReason reason) {
        all.count(reason);
    }

    void received() {
        received.increment();
    }

    void sent() {
        sent.increment();
    }

    void retransmitted() {
        retransmitted.increment();
    }

    void fastRetransmitted() {
        fastRetransmitted.increment();
    }

    void timedOut() {
        timedOut.increment();
    }

    void opened() {
        opened.increment();
    }

    void accepted() {
        accepted.increment();
    }

    void failed() {
        failed.increment();
    }

    void resetSent() {
        resetSent.increment();
    }

    void resetReceived() {
        resetReceived.increment();
    }

    void challenged() {
        challenged.increment();
    }

    void timeWaits(int now) {
        timeWaits.set(now);
    }

    void timeWaitEvicted() {
        timeWaitEvicted.increment();
    }
}
