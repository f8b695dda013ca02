package dev.ringroad.stack.tcp;

import static dev.ringroad.stack.tcp.TcpScript.ACK;
import static dev.ringroad.stack.tcp.TcpScript.FIN;
import static dev.ringroad.stack.tcp.TcpScript.MILLI;
import static dev.ringroad.stack.tcp.TcpScript.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.ip.IpError;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens when segments are lost (RFC 6298, RFC 5681, RFC 6582, RFC 3042, RFC 1191). */
class TcpLossTest {
    private final TcpScript script = new TcpScript();

    @AfterEach
    void close() {
        script.close();
    }

    private void expectData(int... sequences) {
        for (int sequence : sequences) {
            script.expect(ACK).sequence(sequence).length(1460);
        }
    }

    @Test
    void timeOutDoublesAndSendsOneSegment() { // RFC 6298 section 5
        TcpConnection c = script.connected();
        script.write(c, 2920);
        expectData(1, 1461);
        long expected = SECOND;
        for (int i = 0; i < 5; i++) {
            assertThat(script.untilSent()).isBetween(expected, expected + 2 * MILLI);
            expectData(1);
            script.expectNothing();
            expected *= 2;
        }
        script.peer(ACK).acknowledgment(1461).send();
        expectData(1461);
        script.peer(ACK).acknowledgment(2921).send();
        script.elapse(100 * SECOND);
        script.expectNothing();
    }

    @Test
    void silentPeerFailsTheConnection() { // RFC 1122 section 4.2.3.5
        TcpConnection c = script.connected();
        script.write(c, 10);
        script.elapse(2000 * SECOND);
        assertThat(c.error()).isEqualTo(TcpError.TIMED_OUT);
        assertThat(script.read(c, 1, 1)).isEqualTo(TcpError.TIMED_OUT);
        script.ignoreSent();
    }

    @Test
    void userTimeoutFailsItSooner() { // RFC 5482
        TcpConnection c = script.connected();
        c.userTimeoutMillis(5000);
        script.elapse(100 * SECOND);
        script.write(c, 10);
        script.elapse(4 * SECOND);
        assertThat(c.error()).isZero();
        script.elapse(5 * SECOND);
        assertThat(c.error()).isEqualTo(TcpError.TIMED_OUT);
        script.ignoreSent();
    }

    @Test
    void threeDuplicatesRetransmitAtOnce() { // RFC 5681 section 3.2, RFC 3042
        TcpConnection c = script.connected();
        script.write(c, 20 * 1460);
        for (int i = 0; i < 10; i++) {
            expectData(1 + i * 1460);
        }
        script.expectNothing();
        int next = 1 + 10 * 1460;
        script.peer(ACK).acknowledgment(1).send();
        expectData(next);
        script.peer(ACK).acknowledgment(1).send();
        expectData(next + 1460);
        script.peer(ACK).acknowledgment(1).send();
        expectData(1);
        script.expectNothing();
        assertThat(c.info().inRecovery()).isTrue();
        for (int i = 0; i < 8; i++) {
            script.peer(ACK).acknowledgment(1).send();
        }
        script.ignoreSent();
        script.peer(ACK).acknowledgment(next + 2 * 1460).send();
        assertThat(c.info().inRecovery()).isFalse();
        assertThat(c.info().congestionWindowBytes()).isLessThanOrEqualTo(7 * 1460);
        script.ignoreSent();
    }

    @Test
    void partialAcknowledgmentRetransmitsTheNext() { // RFC 6582 section 3.2
        TcpConnection c = script.connected();
        script.write(c, 10 * 1460);
        script.ignoreSent();
        for (int i = 0; i < 3; i++) {
            script.peer(ACK).acknowledgment(1).send();
        }
        expectData(1);
        script.peer(ACK).acknowledgment(1 + 3 * 1460).send();
        expectData(1 + 3 * 1460);
        script.peer(ACK).acknowledgment(1 + 7 * 1460).send();
        expectData(1 + 7 * 1460);
        assertThat(c.info().inRecovery()).isTrue();
        script.peer(ACK).acknowledgment(1 + 10 * 1460).send();
        assertThat(c.info().inRecovery()).isFalse();
        script.expectNothing();
    }

    @Test
    void windowUpdatesAndDataAreNoDuplicates() {
        TcpConnection c = script.connected();
        script.write(c, 5 * 1460);
        script.ignoreSent();
        for (int i = 0; i < 5; i++) {
            script.peer(ACK).acknowledgment(1).window(60_000 + i).send();
            script.peer(ACK).acknowledgment(1).data(10).send();
        }
        assertThat(c.info().inRecovery()).isFalse();
        assertThat(c.info().retransmittedSegments()).isZero();
        script.ignoreSent();
    }

    @Test
    void slowStartDoublesTheWindow() { // RFC 5681 section 3.1, RFC 6928
        TcpConnection c = script.connected();
        assertThat(c.info().congestionWindowBytes()).isEqualTo(14600);
        script.write(c, 40 * 1460);
        script.ignoreSent();
        script.peer(ACK).acknowledgment(1 + 5 * 1460).send();
        script.ignoreSent();
        script.peer(ACK).acknowledgment(1 + 10 * 1460).send();
        script.ignoreSent();
        assertThat(c.info().congestionWindowBytes()).isEqualTo(29200);
    }

    @Test
    void unusedWindowDoesNotGrow() { // RFC 7661
        TcpConnection c = script.connected();
        for (int i = 0; i < 20; i++) {
            script.write(c, 100);
            script.ignoreSent();
            script.peer(ACK).send();
        }
        assertThat(c.info().congestionWindowBytes()).isEqualTo(14600);
    }

    @Test
    void finIsRetransmitted() {
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK).sequence(1);
        script.untilSent();
        script.expect(FIN | ACK).sequence(1);
        script.peer(ACK).send();
        assertThat(c.state()).isEqualTo(TcpState.FIN_WAIT_2);
    }

    @Test
    void finTravelsWithTheLastDataAndIsRetransmittedWithThem() {
        TcpConnection c = script.connected();
        script.write(c, 100);
        script.expect(ACK).length(100);
        script.write(c, 50);
        script.close(c);
        script.expect(FIN | ACK).sequence(101).length(50);
        script.untilSent();
        script.expect(ACK).sequence(1).length(100);
        script.expect(FIN | ACK).sequence(101).length(50);
        script.peer(ACK).acknowledgment(101).send();
        assertThat(c.state()).isEqualTo(TcpState.FIN_WAIT_1);
        script.untilSent();
        script.expect(FIN | ACK).sequence(101).length(50);
    }

    @Test
    void acknowledgmentInTheMiddleOfASegment() {
        TcpConnection c = script.connected();
        script.write(c, 1000);
        script.ignoreSent();
        script.peer(ACK).acknowledgment(401).send();
        script.untilSent();
        TcpScript.Sent again = script.expect(ACK).sequence(401).length(600);
        assertThat(again.data).isEqualTo(TcpScript.stream(401, 600));
    }

    private IpError tooBig(TcpConnection c, int sequence, int mtu) {
        IpError error = new IpError();
        error.setV4(
                IpError.Kind.PACKET_TOO_BIG,
                mtu,
                6,
                c.localAddress().v4(),
                c.remoteAddress().v4(),
                c.localPort() << 16 | c.remotePort(),
                script.stackStart + sequence);
        return error;
    }

    @Test
    void smallerPathCutsSegmentsAgain() { // RFC 1191, RFC 5927
        TcpConnection c = script.connected();
        script.write(c, 2920);
        expectData(1, 1461);
        script.stack.tcp().error(tooBig(c, 5000, 1000), script.now);
        script.expectNothing();
        script.stack.tcp().error(tooBig(c, 1, 1000), script.now);
        for (int sequence = 1; sequence < 2921; ) {
            TcpScript.Sent sent = script.expect(ACK).sequence(sequence);
            assertThat(sent.data.length).isLessThanOrEqualTo(960);
            assertThat(sent.data).isEqualTo(TcpScript.stream(sequence, sent.data.length));
            sequence += sent.data.length;
        }
        script.peer(ACK).send();
        script.write(c, 2000);
        script.expect(ACK).sequence(2921).length(960);
    }

    @Test
    void otherConnectionsNoticeTheSmallerPathToo() {
        TcpConnection first = script.connected();
        int firstStart = script.stackStart;
        int firstPort = script.ownPort;
        script.peerPort = 4001;
        script.peerNext = 0;
        script.stackNext = 0;
        TcpConnection second = script.connected();
        script.write(second, 100);
        script.ignoreSent();
        script.stack.tcp().error(tooBig(second, 1, 1000), script.now);
        script.ignoreSent();
        script.stackStart = firstStart;
        script.ownPort = firstPort;
        script.peerPort = 4000;
        script.write(first, 2000);
        script.elapse(10 * MILLI);
        script.expect(ACK).sequence(1).length(960);
        script.expect(ACK).sequence(961).length(500);
        script.peer(ACK).acknowledgment(1461).sequence(1).send();
        script.expect(ACK).sequence(1461).length(540);
    }

    @Test
    void networkErrorsEndOnlyHandshakes() { // RFC 5461, RFC 5927
        TcpConnection c = script.connected();
        script.write(c, 10);
        script.ignoreSent();
        IpError error = new IpError();
        error.setV4(
                IpError.Kind.PORT_UNREACHABLE,
                0,
                6,
                c.localAddress().v4(),
                c.remoteAddress().v4(),
                c.localPort() << 16 | c.remotePort(),
                script.stackStart + 1);
        script.stack.tcp().error(error, script.now);
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
        script.elapse(2000 * SECOND);
        script.ignoreSent();
        assertThat(c.error()).isEqualTo(TcpError.UNREACHABLE);
    }

    @Test
    void networkErrorsRefuseAConnect() {
        TcpConnection c = script.stack.tcp().open();
        c.connect(TcpScript.PEER, 4000, script.now);
        script.expect(TcpScript.SYN);
        IpError error = new IpError();
        error.setV4(
                IpError.Kind.HOST_UNREACHABLE,
                0,
                6,
                c.localAddress().v4(),
                c.remoteAddress().v4(),
                c.localPort() << 16 | c.remotePort(),
                script.stackStart);
        script.stack.tcp().error(error, script.now);
        assertThat(c.error()).isEqualTo(TcpError.UNREACHABLE);
    }
}
