package dev.ringroad.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** The parts that decide by numbers alone. */
class TcpPartsTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    @Test
    void timeOutFollowsTheMeasurements() { // RFC 6298 section 2
        RttEstimator rtt = new RttEstimator(SECOND, 200 * MILLI, 120 * SECOND);
        assertThat(rtt.timeoutNanos()).isEqualTo(SECOND);
        rtt.sample(400 * MILLI);
        assertThat(rtt.smoothedNanos()).isEqualTo(400 * MILLI);
        assertThat(rtt.variationNanos()).isEqualTo(200 * MILLI);
        assertThat(rtt.timeoutNanos()).isEqualTo(1200 * MILLI);
        rtt.sample(800 * MILLI);
        assertThat(rtt.smoothedNanos()).isEqualTo(450 * MILLI);
        assertThat(rtt.variationNanos()).isEqualTo(250 * MILLI);
        for (int i = 0; i < 200; i++) {
            rtt.sample(MILLI);
        }
        assertThat(rtt.timeoutNanos()).isEqualTo(200 * MILLI);
        assertThat(rtt.lowestNanos()).isEqualTo(MILLI);
    }

    @Test
    void backOffDoublesUpToTheLimitAndEndsWithProgress() { // RFC 6298 section 5.5
        RttEstimator rtt = new RttEstimator(SECOND, 200 * MILLI, 120 * SECOND);
        long expected = SECOND;
        for (int i = 0; i < 100; i++) {
            assertThat(rtt.timeoutNanos()).isEqualTo(Math.min(expected, 120 * SECOND));
            expected = Math.min(expected * 2, 1000 * SECOND);
            rtt.backOff();
        }
        rtt.progress();
        assertThat(rtt.timeoutNanos()).isEqualTo(SECOND);
    }

    @Test
    void windowGrowsBySegmentsInAvoidance() { // RFC 5681 section 3.1
        NewReno reno = new NewReno(10);
        reno.start(1000);
        assertThat(reno.windowBytes()).isEqualTo(10_000);
        reno.enterRecovery(20_000);
        assertThat(reno.slowStartThresholdBytes()).isEqualTo(10_000);
        assertThat(reno.windowBytes()).isEqualTo(13_000);
        reno.duplicate();
        assertThat(reno.windowBytes()).isEqualTo(14_000);
        reno.partial(3000);
        assertThat(reno.windowBytes()).isEqualTo(12_000);
        reno.leaveRecovery(20_000);
        assertThat(reno.windowBytes()).isEqualTo(10_000);
        for (int i = 0; i < 10; i++) {
            reno.acknowledged(1000, true);
        }
        assertThat(reno.windowBytes()).isEqualTo(11_000);
        reno.acknowledged(5000, false);
        assertThat(reno.windowBytes()).isEqualTo(11_000);
        reno.timedOut(8000, true);
        assertThat(reno.windowBytes()).isEqualTo(1000);
        assertThat(reno.slowStartThresholdBytes()).isEqualTo(4000);
        reno.timedOut(1000, false);
        assertThat(reno.slowStartThresholdBytes()).isEqualTo(4000);
        reno.acknowledged(1000, true);
        assertThat(reno.windowBytes()).isEqualTo(2000);
    }

    @Test
    void recoveryIsNotEnteredTwiceForTheSameLoss() { // RFC 6582 section 3.2
        NewReno reno = new NewReno(10);
        reno.start(100);
        LossRecovery recovery = new LossRecovery(reno);
        recovery.start(0);
        assertThat(recovery.duplicate(1, 1001)).isFalse();
        assertThat(recovery.limitedTransmitBytes(100)).isEqualTo(100);
        assertThat(recovery.duplicate(1, 1001)).isFalse();
        assertThat(recovery.limitedTransmitBytes(100)).isEqualTo(200);
        assertThat(recovery.duplicate(1, 1001)).isTrue();
        assertThat(recovery.limitedTransmitBytes(100)).isZero();
        recovery.timedOut(1, 1001, true);
        for (int i = 0; i < 10; i++) {
            assertThat(recovery.duplicate(501, 1001)).isFalse();
        }
        assertThat(recovery.acknowledged(500, 1001, 1001, true)).isEqualTo(LossRecovery.NOTHING);
        recovery.duplicate(1101, 2000);
        recovery.duplicate(1101, 2000);
        assertThat(recovery.duplicate(1101, 2000)).isTrue();
        assertThat(recovery.acknowledged(100, 1201, 2000, true))
                .isEqualTo(LossRecovery.RETRANSMIT_AND_REARM);
        assertThat(recovery.acknowledged(100, 1301, 2000, true)).isEqualTo(LossRecovery.RETRANSMIT);
        assertThat(recovery.acknowledged(700, 2000, 2000, true)).isEqualTo(LossRecovery.NOTHING);
        assertThat(recovery.isActive()).isFalse();
    }

    @Test
    void sendWindowIgnoresOlderSegments() { // RFC 9293 section 3.10.7.4
        SendWindow window = new SendWindow();
        window.start(100, 50, 1000);
        assertThat(window.update(99, 60, 5)).isFalse();
        assertThat(window.update(100, 49, 5)).isFalse();
        assertThat(window.bytes()).isEqualTo(1000);
        assertThat(window.update(100, 50, 2000)).isTrue();
        assertThat(window.update(101, 50, 2000)).isFalse();
        assertThat(window.update(101, 60, 10)).isTrue();
        assertThat(window.largestBytes()).isEqualTo(2000);
        assertThat(window.end()).isEqualTo(70);
    }

    @Test
    void challengesOfASecondVaryAroundTheLimit() { // RFC 5961 section 7, CVE-2016-5696
        ChallengeAck challenges = new ChallengeAck(StackConfig.of(Profile.SAFE).withSeed(5));
        Set<Integer> counts = new HashSet<>();
        for (int second = 0; second < 20; second++) {
            int count = 0;
            while (challenges.take(second * SECOND)) {
                count++;
            }
            assertThat(count).isBetween(50, 150);
            counts.add(count);
        }
        assertThat(counts.size()).isGreaterThan(10);
    }

    @Test
    void everyErrorHasAText() {
        for (int code = TcpError.RESET; code >= TcpError.INVALID; code--) {
            assertThat(TcpError.message(code)).doesNotContain("TCP error");
        }
    }

    @Test
    void demultiplexerFindsWhatIsInIt() {
        try (TcpScript script = new TcpScript()) {
            TcpDemultiplexer table = new TcpDemultiplexer(KeyedHash.of(1L, "test"));
            Random random = new Random(1);
            List<TcpConnection> in = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                if (in.size() > 200 && random.nextBoolean()) {
                    TcpConnection gone = in.remove(random.nextInt(in.size()));
                    table.remove(gone);
                    assertThat(find(table, gone)).isNull();
                } else {
                    TcpConnection c = new TcpConnection(script.stack.tcp());
                    c.remoteLow = random.nextInt(50);
                    c.localLow = 7;
                    c.portsWord = i;
                    table.add(c);
                    in.add(c);
                }
                if (i % 500 == 0) {
                    for (TcpConnection c : in) {
                        assertThat(find(table, c)).isSameAs(c);
                    }
                    assertThat(table.size()).isEqualTo(in.size());
                }
            }
        }
    }

    private static TcpConnection find(TcpDemultiplexer table, TcpConnection c) {
        return table.find(c.localHigh, c.localLow, c.remoteHigh, c.remoteLow, c.portsWord);
    }
}
