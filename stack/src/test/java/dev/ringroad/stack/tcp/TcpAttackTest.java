package dev.ringroad.stack.tcp;

import static dev.ringroad.stack.tcp.TcpScript.ACK;
import static dev.ringroad.stack.tcp.TcpScript.FIN;
import static dev.ringroad.stack.tcp.TcpScript.RST;
import static dev.ringroad.stack.tcp.TcpScript.SECOND;
import static dev.ringroad.stack.tcp.TcpScript.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an outsider who guesses may do (RFC 5961), and old segments (RFC 7323 section 5). */
class TcpAttackTest {
    private final TcpScript script = new TcpScript();

    @AfterEach
    void close() {
        script.close();
    }

    @Test
    void resetInsideTheWindowIsChallenged() { // RFC 5961 section 3.2
        TcpConnection c = script.connected();
        script.peer(RST).sequence(100).send();
        script.expect(ACK).sequence(1).acknowledgment(1);
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
        script.peer(RST).sequence(-100).send();
        script.peer(RST).sequence(0x2000_0000).send();
        script.expectNothing();
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void synOnALiveConnectionIsChallenged() { // RFC 5961 section 4.2
        TcpConnection c = script.connected();
        script.peer(SYN).sequence(100).send();
        script.expect(ACK).sequence(1).acknowledgment(1);
        script.peer(SYN | ACK).sequence(1).send();
        script.expect(ACK).acknowledgment(1);
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(script.dropped(DropReason.TCP_SYN_UNEXPECTED)).isEqualTo(2);
    }

    @Test
    void rebootedPeersSynLeadsToItsReset() {
        TcpConnection c = script.connected();
        script.peer(SYN).sequence(0x1000_0000).send();
        script.expect(ACK).acknowledgment(1);
        script.peer(RST).sequence(1).send();
        assertThat(c.error()).isEqualTo(TcpError.RESET);
    }

    @Test
    void acknowledgmentOfTheUnsentOrTheVeryOldIsChallenged() { // RFC 5961 section 5.2
        TcpConnection c = script.connected();
        script.write(c, 100);
        script.expect(ACK);
        script.peer(ACK).acknowledgment(500).data(10).send();
        script.expect(ACK).sequence(101).acknowledgment(1);
        script.peer(ACK).acknowledgment(-70_000).data(10).send();
        script.expect(ACK);
        assertThat(c.available()).isZero();
        assertThat(script.dropped(DropReason.TCP_ACK_UNACCEPTABLE)).isEqualTo(2);
    }

    @Test
    void challengesAreLimited() { // RFC 5961 section 7
        script.connected();
        for (int i = 0; i < 500; i++) {
            script.peer(RST).sequence(100).send();
        }
        int answers = script.drainSent();
        assertThat(answers).isBetween(50, 151);
    }

    @Test
    void segmentsWithoutAcknowledgmentAreDropped() {
        TcpConnection c = script.connected();
        script.peer(0).data(10).send();
        script.peer(FIN).sequence(1).send();
        script.expectNothing();
        assertThat(c.available()).isZero();
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void oldTimestampsAreRefused() { // RFC 7323 section 5.3
        script.timestampsOn = true;
        TcpConnection c = script.connected();
        script.peerClock = 2000;
        script.peer(ACK).data(10).send();
        script.ignoreSent();
        script.peer(ACK).timestamps(1500, script.lastTimestamp).data(10).send();
        script.expect(ACK).acknowledgment(11);
        assertThat(c.available()).isEqualTo(10);
        assertThat(script.dropped(DropReason.TCP_TIMESTAMP_OLD)).isEqualTo(1);
        script.peer(RST).sequence(11).noTimestamps().send();
        assertThat(c.error()).isEqualTo(TcpError.RESET);
    }

    @Test
    void veryOldTimestampsAreTakenAfterALongSilence() { // RFC 7323 section 5.5
        script.timestampsOn = true;
        TcpConnection c = script.connected();
        script.now += 25L * 86_400 * SECOND;
        script.peerClock = 500;
        script.peer(ACK).data(10).send();
        assertThat(c.available()).isEqualTo(10);
        script.ignoreSent();
    }

    @Test
    void segmentsWithoutTheAgreedTimestampAreDropped() { // RFC 7323 section 3.2
        script.timestampsOn = true;
        TcpConnection c = script.connected();
        script.peer(ACK).noTimestamps().data(10).send();
        assertThat(c.available()).isZero();
        assertThat(script.dropped(DropReason.TCP_TIMESTAMP_MISSING)).isEqualTo(1);
    }

    @Test
    void timestampOfALaterSegmentIsNotEchoedBeforeTheGapIsFilled() { // RFC 7323 section 4.3
        script.timestampsOn = true;
        script.connected();
        script.peer(ACK).sequence(11).timestamps(3000, 0).data(10).send();
        assertThat(script.expect(ACK).timestampEcho).isEqualTo(1000);
        script.peer(ACK).sequence(1).timestamps(2500, 0).data(10).send();
        assertThat(script.expect(ACK).acknowledgment(21).timestampEcho).isEqualTo(2500);
    }

    @Test
    void twoEndsThatDisagreeDoNotAcknowledgeForEver() {
        script.connected();
        for (int i = 0; i < 100; i++) {
            script.peer(ACK).sequence(-5000).send();
        }
        script.expect(ACK);
        script.expectNothing();
    }

    @Test
    void initialSequenceNumbersDifferAndGrow() { // RFC 6528
        InitialSequence sequences = new InitialSequence(StackConfig.of(Profile.SAFE).withSeed(3));
        IpAddress a = IpAddress.parse("10.0.0.1");
        IpAddress b = IpAddress.parse("10.0.0.2");
        int first = sequences.next(a, 1, b, 2, 0);
        assertThat(sequences.next(a, 1, b, 2, SECOND) - first).isBetween(240_000, 250_000);
        assertThat(sequences.next(a, 1, b, 3, 0)).isNotEqualTo(first);
        assertThat(sequences.next(b, 1, a, 2, 0)).isNotEqualTo(first);
    }
}
