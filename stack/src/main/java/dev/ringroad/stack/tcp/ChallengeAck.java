package dev.ringroad.stack.tcp;

import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.StackConfig;

/**
 * How many challenge acknowledgements the stack sends (RFC 5961 section 7). The limit of each
 * second is drawn from a keyed hash: with a fixed one, an outsider could count the challenges left
 * and so find out about other people's connections (CVE-2016-5696).
 */
final class ChallengeAck {
    private static final long SECOND = 1_000_000_000L;

    private final KeyedHash jitter;
    private final int perSecond;
    private long secondEndNanos = Long.MIN_VALUE;
    private int left;

    ChallengeAck(StackConfig config) {
        jitter = config.keyedHash("tcp challenge");
        perSecond = config.tcp().challengeAcksPerSecond();
    }

    /** Whether one more may be sent now; then it has been counted. */
    boolean take(long nowNanos) {
        if (nowNanos >= secondEndNanos) {
            secondEndNanos = nowNanos + SECOND;
            long random = jitter.strong(nowNanos, 0, 0) >>> 33;
            left = (perSecond + 1) / 2 + (int) (random % Math.max(perSecond, 1));
        }
        if (left <= 0) {
            return false;
        }
        left--;
        return true;
    }
}
