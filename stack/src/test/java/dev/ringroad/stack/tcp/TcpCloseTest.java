package dev.ringroad.stack.tcp;

import static dev.ringroad.stack.tcp.TcpScript.ACK;
import static dev.ringroad.stack.tcp.TcpScript.FIN;
import static dev.ringroad.stack.tcp.TcpScript.RST;
import static dev.ringroad.stack.tcp.TcpScript.SECOND;
import static dev.ringroad.stack.tcp.TcpScript.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections end (RFC 9293 sections 3.6, 3.10.4 to 3.10.7). */
class TcpCloseTest {
    private final TcpScript script = new TcpScript();

    @AfterEach
    void close() {
        script.close();
    }

    @Test
    void activeClosePassesThroughAllStates() { // RFC 9293 section 3.6, figure 12
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK).sequence(1);
        assertThat(c.state()).isEqualTo(TcpState.FIN_WAIT_1);
        script.peer(ACK).send();
        assertThat(c.state()).isEqualTo(TcpState.FIN_WAIT_2);
        script.peer(FIN | ACK).send();
        script.expect(ACK).sequence(2).acknowledgment(2);
        assertThat(c.state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(script.stack.tcp().timeWaitConnections()).isEqualTo(1);
        script.elapse(61 * SECOND);
        assertThat(script.stack.tcp().timeWaitConnections()).isZero();
        script.expectNothing();
    }

    @Test
    void passiveClose() {
        TcpConnection c = script.connected();
        script.peer(FIN | ACK).send();
        script.expect(ACK).acknowledgment(2);
        assertThat(c.state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(c.ready() & Endpoint.READ).isNotZero();
        assertThat(script.read(c, 1, 1)).isEqualTo(-1);
        script.close(c);
        script.expect(FIN | ACK).sequence(1);
        assertThat(c.state()).isEqualTo(TcpState.LAST_ACK);
        script.peer(ACK).send();
        assertThat(c.state()).isEqualTo(TcpState.CLOSED);
        assertThat(script.stack.tcp().timeWaitConnections()).isZero();
    }

    @Test
    void simultaneousClose() { // RFC 9293 section 3.6, figure 13
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK);
        script.peer(FIN | ACK).acknowledgment(1).send();
        script.expect(ACK).acknowledgment(2);
        assertThat(c.state()).isEqualTo(TcpState.CLOSING);
        script.peer(ACK).sequence(2).acknowledgment(2).send();
        assertThat(c.state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void finWithTheAcknowledgmentOfOursGoesStraightToTimeWait() {
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK);
        script.peer(FIN | ACK).acknowledgment(2).send();
        script.expect(ACK).acknowledgment(2);
        assertThat(c.state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void halfCloseStillReceives() {
        TcpConnection c = script.connected();
        script.shutdownWrite(c);
        script.expect(FIN | ACK);
        script.peer(ACK).send();
        assertThat(c.write(new byte[1], 0, 1, script.now)).isEqualTo(TcpError.PIPE);
        script.peer(ACK).data(500).send();
        script.ignoreSent();
        assertThat(script.read(c, 1, 1000)).isEqualTo(500);
        script.elapse(1000 * SECOND);
        assertThat(c.state()).isEqualTo(TcpState.FIN_WAIT_2);
        script.peer(FIN | ACK).data(5).send();
        script.ignoreSent();
        assertThat(c.state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(script.read(c, 501, 10)).isEqualTo(5);
        assertThat(script.read(c, 501, 10)).isEqualTo(-1);
        assertThat(c.ready() & Endpoint.HANGUP).isNotZero();
    }

    @Test
    void halfClosedPeerStillReceives() {
        TcpConnection c = script.connected();
        script.peer(FIN | ACK).send();
        script.expect(ACK);
        script.write(c, 100);
        script.expect(ACK).sequence(1).length(100);
        script.peer(ACK).send();
        assertThat(c.state()).isEqualTo(TcpState.CLOSE_WAIT);
    }

    @Test
    void closeDeliversWhatWasWritten() {
        TcpConnection c = script.connected();
        script.write(c, 30_000);
        script.ignoreSent();
        script.close(c);
        script.peer(ACK).acknowledgment(14601).send();
        script.ignoreSent();
        script.peer(ACK).send();
        script.ignoreSent();
        assertThat(script.stackNext).isEqualTo(30_002);
        script.peer(ACK).send();
        assertThat(c.state()).isEqualTo(TcpState.FIN_WAIT_2);
    }

    @Test
    void closeWithUnreadDataResets() { // RFC 2525 section 2.17
        TcpConnection c = script.connected();
        script.peer(ACK).data(100).send();
        script.ignoreSent();
        script.close(c);
        script.expect(RST | ACK).sequence(1).acknowledgment(101);
        assertThat(script.stack.tcp().connections()).isEmpty();
    }

    @Test
    void dataAfterCloseAreReset() {
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK);
        script.peer(ACK).send();
        script.peer(ACK).data(10).send();
        script.expect(RST | ACK).sequence(2);
        assertThat(c.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    void abandonedFinWait2Ends() {
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK);
        script.peer(ACK).send();
        script.elapse(59 * SECOND);
        assertThat(c.state()).isEqualTo(TcpState.FIN_WAIT_2);
        script.elapse(2 * SECOND);
        assertThat(c.state()).isEqualTo(TcpState.CLOSED);
        script.expectNothing();
    }

    @Test
    void orphanIsGivenUpWhenThePeerIsSilent() {
        TcpConnection c = script.connected();
        script.write(c, 100);
        script.close(c);
        script.elapse(1000 * SECOND);
        script.ignoreSent();
        assertThat(script.stack.tcp().connections()).isEmpty();
    }

    @Test
    void abortResets() {
        TcpConnection c = script.connected();
        script.write(c, 100);
        script.ignoreSent();
        c.abort(script.now);
        script.expect(RST | ACK).sequence(101);
        assertThat(c.state()).isEqualTo(TcpState.CLOSED);
        assertThat(c.unacknowledgedBytes()).isZero();
    }

    @Test
    void resetEndsReadingAfterWhatHadCome() {
        TcpConnection c = script.connected();
        script.peer(ACK).data(100).send();
        script.ignoreSent();
        script.peer(RST).send();
        assertThat(c.ready() & Endpoint.ERROR).isNotZero();
        assertThat(script.read(c, 1, 1000)).isEqualTo(100);
        assertThat(script.read(c, 1, 1000)).isEqualTo(TcpError.RESET);
        assertThat(c.write(new byte[1], 0, 1, script.now)).isEqualTo(TcpError.RESET);
        script.expectNothing();
    }

    @Test
    void resetEndsEveryState() {
        TcpConnection closing = script.connected();
        script.close(closing);
        script.expect(FIN | ACK);
        script.peer(RST).send();
        assertThat(closing.state()).isEqualTo(TcpState.CLOSED);
        script.peerPort = 4001;
        script.peerNext = 0;
        script.stackNext = 0;
        TcpConnection waiting = script.connected();
        script.peer(FIN | ACK).send();
        script.expect(ACK);
        script.peer(RST).send();
        assertThat(waiting.error()).isEqualTo(TcpError.PIPE);
    }

    @Test
    void timeWaitAnswersARepeatedFinAndStartsAgain() { // RFC 9293 section 3.10.7.4
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK);
        script.peer(FIN | ACK).acknowledgment(2).send();
        script.expect(ACK);
        script.elapse(50 * SECOND);
        script.peer(FIN | ACK).sequence(1).acknowledgment(2).send();
        script.expect(ACK).sequence(2).acknowledgment(2);
        script.elapse(50 * SECOND);
        assertThat(script.stack.tcp().timeWaitConnections()).isEqualTo(1);
        script.elapse(11 * SECOND);
        assertThat(script.stack.tcp().timeWaitConnections()).isZero();
    }

    @Test
    void resetDoesNotShortenTimeWait() { // RFC 1337
        TcpConnection c = script.connected();
        script.close(c);
        script.expect(FIN | ACK);
        script.peer(FIN | ACK).acknowledgment(2).send();
        script.expect(ACK);
        script.peer(RST).sequence(2).send();
        assertThat(script.stack.tcp().timeWaitConnections()).isEqualTo(1);
        assertThat(script.dropped(DropReason.TCP_RESET_IN_TIME_WAIT)).isEqualTo(1);
    }

    private void closedByServer(TcpConnection c) {
        script.close(c);
        script.expect(FIN | ACK);
        script.peer(FIN | ACK).acknowledgment(2).send();
        script.expect(ACK);
        assertThat(script.stack.tcp().timeWaitConnections()).isEqualTo(1);
    }

    @Test
    void laterSynReopensATimeWait() { // RFC 9293 section 3.6.1, RFC 6191
        TcpListener listener = script.listening(5);
        closedByServer(script.accepted(listener));
        int oldStart = script.stackStart;
        script.peer(SYN).sequence(50_000).mss(1460).send();
        script.expect(SYN | ACK).acknowledgment(50_001);
        assertThat(script.stackStart - oldStart).isGreaterThan(65_000);
        assertThat(script.stack.tcp().timeWaitConnections()).isZero();
    }

    @Test
    void oldSynDoesNotReopenATimeWait() {
        TcpListener listener = script.listening(5);
        closedByServer(script.accepted(listener));
        script.peer(SYN).sequence(-5000).mss(1460).send();
        script.expect(ACK).sequence(2).acknowledgment(2);
        assertThat(script.stack.tcp().timeWaitConnections()).isEqualTo(1);
    }

    @Test
    void aPortInTimeWaitIsTakenOnlyOnRequest() {
        TcpConnection c = script.stack.tcp().open();
        IpAddress any = IpAddress.ANY_V4;
        assertThat(c.bind(any, 5555, false)).isZero();
        assertThat(c.connect(TcpScript.PEER, 4000, script.now)).isZero();
        script.expect(SYN);
        script.stackNext = 1;
        script.peer(SYN | ACK).sequence(0).mss(1460).send();
        script.expect(ACK);
        closedByServer(c);
        int oldStart = script.stackStart;
        TcpConnection strict = script.stack.tcp().open();
        assertThat(strict.bind(any, 5555, false)).isEqualTo(TcpError.ADDRESS_IN_USE);
        TcpConnection reusing = script.stack.tcp().open();
        assertThat(reusing.bind(any, 5555, true)).isZero();
        assertThat(reusing.connect(TcpScript.PEER, 4000, script.now)).isZero();
        script.expect(SYN);
        assertThat(script.stackStart - oldStart).isGreaterThan(65_000);
    }

    @Test
    void aFullTimeWaitEvictsTheOldest() {
        try (TcpScript small =
                new TcpScript(config -> config.withTcp(Limits.withConnections(config.tcp(), 8)))) {
            for (int i = 0; i < 10; i++) {
                small.peerPort = 4000 + i;
                small.peerNext = 0;
                small.stackNext = 0;
                TcpConnection c = small.connected();
                small.close(c);
                small.expect(FIN | ACK);
                small.peer(FIN | ACK).acknowledgment(2).send();
                small.expect(ACK);
            }
            assertThat(small.stack.tcp().timeWaitConnections()).isEqualTo(4);
        }
    }

    @Test
    void closingTwiceAndUsingAfterCloseAreHarmless() {
        TcpConnection c = script.connected();
        script.close(c);
        script.close(c);
        script.expect(FIN | ACK);
        script.expectNothing();
        assertThat(c.write(new byte[1], 0, 1, script.now)).isEqualTo(TcpError.PIPE);
        c.shutdownRead(script.now);
        c.shutdownWrite(script.now);
        c.abort(script.now);
        c.abort(script.now);
        script.expect(RST | ACK);
        script.expectNothing();
    }
}
