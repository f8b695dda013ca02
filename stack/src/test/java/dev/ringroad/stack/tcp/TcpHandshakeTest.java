package dev.ringroad.stack.tcp;

import static dev.ringroad.stack.tcp.TcpScript.ACK;
import static dev.ringroad.stack.tcp.TcpScript.FIN;
import static dev.ringroad.stack.tcp.TcpScript.MILLI;
import static dev.ringroad.stack.tcp.TcpScript.PEER;
import static dev.ringroad.stack.tcp.TcpScript.RST;
import static dev.ringroad.stack.tcp.TcpScript.SECOND;
import static dev.ringroad.stack.tcp.TcpScript.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections begin (RFC 9293 sections 3.5, 3.10.1 and 3.10.7). */
class TcpHandshakeTest {
    private final TcpScript script = new TcpScript();

    @AfterEach
    void close() {
        script.close();
    }

    private TcpConnection connecting() {
        TcpConnection connection = script.stack.tcp().open();
        assertThat(connection.connect(PEER, 4000, script.now)).isZero();
        script.expect(SYN);
        script.stackNext = 1;
        return connection;
    }

    @Test
    void activeOpenOffersOptionsAndIsEstablishedBySynAck() {
        TcpConnection connection = script.stack.tcp().open();
        connection.connect(PEER, 4000, script.now);
        TcpScript.Sent syn = script.expect(SYN);
        assertThat(syn.mss).isEqualTo(1460);
        assertThat(syn.shift).isGreaterThanOrEqualTo(0);
        assertThat(syn.timestamps).isTrue();
        assertThat(connection.state()).isEqualTo(TcpState.SYN_SENT);
        script.stackNext = 1;
        script.peer(SYN | ACK).sequence(0).mss(1460).shift(7).timestamps(5, 6).send();
        TcpScript.Sent ack = script.expect(ACK).sequence(1).acknowledgment(1);
        assertThat(ack.timestampEcho).isEqualTo(5);
        assertThat(connection.ready() & Endpoint.CONNECT).isNotZero();
        assertThat(connection.info().segmentBytes()).isEqualTo(1448);
        assertThat(connection.info().sendWindowShift()).isEqualTo(7);
    }

    @Test
    void optionsThatThePeerLacksAreNotUsed() {
        TcpConnection connection = connecting();
        script.peer(SYN | ACK).sequence(0).send();
        assertThat(script.expect(ACK).timestamps).isFalse();
        assertThat(connection.info().segmentBytes()).isEqualTo(536); // RFC 9293 section 3.7.1
        assertThat(connection.info().receiveWindowShift()).isEqualTo(-1);
    }

    @Test
    void synIsRetransmittedWithDoublingTimeAndFailsAfterThreeMinutes() {
        TcpConnection connection = connecting();
        for (long seconds = 1; seconds <= 64; seconds *= 2) {
            assertThat(script.untilSent()).isBetween(seconds * SECOND, seconds * SECOND + MILLI);
            script.expect(SYN).sequence(0);
        }
        assertThat(connection.error()).isZero();
        script.elapse(125 * SECOND);
        assertThat(connection.error()).isEqualTo(TcpError.TIMED_OUT);
        assertThat(connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    void resetWithAcknowledgmentRefuses() {
        TcpConnection connection = connecting();
        script.peer(RST | ACK).sequence(0).acknowledgment(1).send();
        assertThat(connection.error()).isEqualTo(TcpError.REFUSED);
        assertThat(connection.read(new byte[1], 0, 1, script.now)).isEqualTo(TcpError.REFUSED);
    }

    @Test
    void resetWithoutOrWithWrongAcknowledgmentIsIgnoredInSynSent() {
        TcpConnection connection = connecting();
        script.peer(RST).sequence(0).send();
        script.peer(RST | ACK).sequence(0).acknowledgment(77).send();
        script.expectNothing();
        assertThat(connection.state()).isEqualTo(TcpState.SYN_SENT);
    }

    @Test
    void unacceptableAcknowledgmentInSynSentIsReset() {
        TcpConnection connection = connecting();
        script.peer(ACK).sequence(0).acknowledgment(500).send();
        script.expect(RST).sequence(500);
        script.peer(SYN | ACK).sequence(0).acknowledgment(0).send();
        script.expect(RST).sequence(0);
        assertThat(connection.state()).isEqualTo(TcpState.SYN_SENT);
    }

    @Test
    void simultaneousOpen() { // RFC 9293 section 3.5, figure 7
        TcpConnection connection = connecting();
        script.peer(SYN).sequence(0).mss(1460).send();
        assertThat(connection.state()).isEqualTo(TcpState.SYN_RECEIVED);
        script.expect(SYN | ACK).sequence(0).acknowledgment(1);
        script.peer(SYN | ACK).sequence(0).acknowledgment(1).mss(1460).send();
        assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
        script.ignoreSent();
        script.peer(ACK).sequence(1).data(10).send();
        assertThat(script.read(connection, 1, 20)).isEqualTo(10);
    }

    @Test
    void simultaneousOpenEndedByPlainAcknowledgment() {
        TcpConnection connection = connecting();
        script.peer(SYN).sequence(0).mss(1460).send();
        script.expect(SYN | ACK);
        script.peer(ACK).sequence(1).acknowledgment(1).send();
        assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void resetInSynReceivedAfterSimultaneousOpenRefuses() {
        TcpConnection connection = connecting();
        script.peer(SYN).sequence(0).send();
        script.expect(SYN | ACK);
        script.peer(RST).sequence(1).send();
        assertThat(connection.error()).isEqualTo(TcpError.REFUSED);
    }

    @Test
    void passiveOpen() {
        TcpListener listener = script.listening(5);
        script.peer(SYN).sequence(0).mss(1000).shift(3).timestamps(11, 0).send();
        TcpScript.Sent answer = script.expect(SYN | ACK).sequence(0).acknowledgment(1);
        assertThat(answer.timestampEcho).isEqualTo(11);
        assertThat(answer.shift).isGreaterThanOrEqualTo(0);
        assertThat(listener.ready()).isZero();
        script.timestampsOn = true;
        script.peer(ACK).send();
        assertThat(listener.ready()).isEqualTo(Endpoint.ACCEPT);
        TcpConnection connection = listener.accept();
        assertThat(connection).isNotNull();
        assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(connection.remoteAddress()).isEqualTo(PEER);
        assertThat(connection.remotePort()).isEqualTo(4000);
        assertThat(connection.info().segmentBytes()).isEqualTo(988);
        assertThat(listener.accept()).isNull();
    }

    @Test
    void dataWithTheLastAcknowledgmentOfTheHandshakeIsTaken() {
        TcpListener listener = script.listening(5);
        script.peer(SYN).sequence(0).mss(1460).send();
        script.expect(SYN | ACK);
        script.peer(ACK | FIN).data(100).send();
        TcpConnection connection = listener.accept();
        assertThat(script.read(connection, 1, 200)).isEqualTo(100);
        assertThat(script.read(connection, 1, 200)).isEqualTo(-1);
        assertThat(connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
    }

    @Test
    void repeatedSynIsAnsweredAgain() {
        script.listening(5);
        script.peer(SYN).sequence(0).mss(1460).send();
        script.expect(SYN | ACK).sequence(0);
        script.peer(SYN).sequence(0).mss(1460).send();
        script.expect(SYN | ACK).sequence(0).acknowledgment(1);
        script.elapse(SECOND + SECOND / 10);
        script.expect(SYN | ACK).sequence(0);
    }

    @Test
    void resetInSynReceivedReturnsToListen() {
        TcpListener listener = script.listening(5);
        script.peer(SYN).sequence(0).send();
        script.expect(SYN | ACK);
        script.peer(RST).sequence(1).send();
        assertThat(script.stack.tcp().connections()).isEmpty();
        script.accepted(listener);
    }

    @Test
    void wrongAcknowledgmentInSynReceivedIsReset() {
        TcpListener listener = script.listening(5);
        script.peer(SYN).sequence(0).send();
        script.expect(SYN | ACK);
        script.peer(ACK).sequence(1).acknowledgment(99).send();
        script.expect(RST).sequence(99);
        assertThat(listener.accept()).isNull();
    }

    @Test
    void halfOpenConnectionIsGivenUp() {
        script.listening(5);
        script.peer(SYN).sequence(0).send();
        script.elapse(300 * SECOND);
        script.ignoreSent();
        assertThat(script.stack.tcp().connections()).isEmpty();
    }

    @Test
    void segmentsForNobodyAreReset() { // RFC 9293 section 3.10.7.1
        script.ownPort = 7777;
        script.peer(SYN).sequence(0).send();
        script.expect(RST | ACK).acknowledgment(1);
        script.peer(ACK).sequence(5).rawAcknowledgment(12345).data(10).send();
        assertThat(script.expect(RST).sequence + script.stackStart).isEqualTo(12345);
        script.peer(FIN).sequence(5).data(10).send();
        script.expect(RST | ACK).acknowledgment(16);
        script.peer(RST).sequence(5).send();
        script.expectNothing();
        assertThat(script.dropped(DropReason.TCP_NO_LISTENER)).isEqualTo(4);
    }

    @Test
    void listenerAnswersAcknowledgmentsWithResetAndIgnoresResets() { // RFC 9293 3.10.7.2
        script.listening(1);
        script.peer(ACK).sequence(5).rawAcknowledgment(999).send();
        script.expect(RST);
        script.peer(RST).sequence(5).send();
        script.peer(FIN).sequence(5).send();
        script.expectNothing();
        assertThat(script.stack.tcp().connections()).isEmpty();
    }

    @Test
    void fullAcceptQueueDropsSynsAndLastAcknowledgments() {
        TcpListener listener = script.listening(1);
        for (int port = 1; port <= 2; port++) {
            script.peerPort = port;
            script.peerNext = 0;
            script.peer(SYN).sequence(0).mss(1460).send();
        }
        TcpScript.Sent first = script.expect(SYN | ACK);
        int firstStart = script.stackStart;
        script.expect(SYN | ACK);
        int secondStart = script.stackStart;
        assertThat(first.destinationPort).isEqualTo(1);
        script.stackNext = 1;
        script.peerNext = 1;
        script.peerPort = 1;
        script.stackStart = firstStart;
        script.peer(ACK).send();
        assertThat(listener.pending()).isEqualTo(1);
        script.peerPort = 2;
        script.stackStart = secondStart;
        script.peer(ACK).send();
        assertThat(listener.pending()).isEqualTo(1);
        script.peerPort = 3;
        script.peer(SYN).sequence(0).send();
        script.expectNothing();
        assertThat(script.dropped(DropReason.TCP_ACCEPT_QUEUE_FULL)).isEqualTo(2);
        assertThat(listener.accept()).isNotNull();
        script.peerPort = 2;
        script.stackStart = secondStart;
        script.peer(ACK).sequence(1).send();
        assertThat(listener.accept()).isNotNull();
    }

    @Test
    void tooManyHandshakesAreDropped() {
        script.listening(8);
        for (int port = 1; port <= 40; port++) {
            script.peerPort = port;
            script.peer(SYN).sequence(0).send();
        }
        assertThat(script.stack.tcp().connections()).hasSize(16);
        assertThat(script.dropped(DropReason.TCP_SYN_QUEUE_FULL)).isEqualTo(24);
        script.ignoreSent();
    }

    @Test
    void closingAListenerResetsWhoWaits() {
        TcpListener listener = script.listening(5);
        script.peer(SYN).sequence(0).mss(1460).send();
        script.expect(SYN | ACK);
        script.peer(ACK).send();
        listener.close(script.now);
        script.expect(RST | ACK).sequence(1);
        assertThat(script.stack.tcp().connections()).isEmpty();
        script.peerPort = 5000;
        script.peerNext = 0;
        script.peer(SYN).sequence(0).send();
        script.expect(RST | ACK);
    }

    @Test
    void addressesAreCheckedAndTakenOnce() {
        TcpListener listener = script.listening(5);
        TcpListener second = script.stack.tcp().listener();
        assertThat(second.bind(IpAddress.ANY_V4, 80, true)).isEqualTo(TcpError.ADDRESS_IN_USE);
        assertThat(second.bind(PEER, 81, true)).isEqualTo(TcpError.ADDRESS_NOT_AVAILABLE);
        assertThat(second.bind(IpAddress.parse("10.9.0.1"), 0, true)).isZero();
        assertThat(second.localPort()).isBetween(32768, 60999);
        listener.close(script.now);
        TcpListener third = script.stack.tcp().listener();
        assertThat(third.bind(IpAddress.ANY_V4, 80, false)).isZero();
    }

    @Test
    void unreachableDestinationsFailAtOnce() {
        TcpConnection connection = script.stack.tcp().open();
        assertThat(connection.connect(IpAddress.parse("192.0.2.1"), 80, script.now))
                .isEqualTo(TcpError.UNREACHABLE);
        assertThat(connection.connect(PEER, 0, script.now)).isEqualTo(TcpError.INVALID);
        assertThat(connection.write(new byte[1], 0, 1, script.now))
                .isEqualTo(TcpError.NOT_CONNECTED);
    }

    @Test
    void closingInSynSentForgetsTheConnection() {
        TcpConnection connection = connecting();
        script.close(connection);
        script.expectNothing();
        assertThat(script.stack.tcp().connections()).isEmpty();
    }

    @Test
    void lossOfTheHandshakesLastAcknowledgmentIsRepairedByData() {
        TcpListener listener = script.listening(5);
        script.peer(SYN).sequence(0).mss(1460).send();
        script.expect(SYN | ACK);
        script.peerNext = 1;
        script.peer(ACK).sequence(1).data(3).send();
        assertThat(script.read(listener.accept(), 1, 9)).isEqualTo(3);
    }

    @Test
    void selfConnect() {
        TcpConnection connection = script.stack.tcp().open();
        IpAddress self = IpAddress.parse("10.9.0.1");
        assertThat(connection.bind(self, 9999, false)).isZero();
        assertThat(connection.connect(self, 9999, script.now)).isZero();
        for (int i = 0; i < 10; i++) {
            script.settle();
        }
        assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(script.write(connection, 100)).isEqualTo(100);
        for (int i = 0; i < 10; i++) {
            script.settle();
        }
        assertThat(script.read(connection, 1, 200)).isEqualTo(100);
    }
}
