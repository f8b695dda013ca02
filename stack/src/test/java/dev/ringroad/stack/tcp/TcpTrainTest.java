package dev.ringroad.stack.tcp;

import static dev.ringroad.stack.tcp.TcpScript.ACK;
import static dev.ringroad.stack.tcp.TcpScript.FIN;
import static dev.ringroad.stack.tcp.TcpScript.PSH;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Packets of many segments, which the device cuts. */
class TcpTrainTest {
    private static final int MSS = 1460;

    private final TcpScript script = TcpScript.overSegmentingDevice();

    @AfterEach
    void close() {
        script.close();
    }

    private void expectSegments(int from, int count) {
        for (int i = 0; i < count; i++) {
            int sequence = from + i * MSS;
            assertThat(script.expect(ACK).sequence(sequence).data)
                    .isEqualTo(TcpScript.stream(sequence, MSS));
        }
    }

    private void writeFrom(TcpConnection c, int sequence, int bytes) {
        c.write(TcpScript.stream(sequence, bytes), 0, bytes, script.now);
        script.stack.flush();
    }

    @Test
    void oneFrameCarriesAsManySegmentsAsTheWindowTakes() {
        TcpConnection c = script.connected();
        int before = script.framesTransmitted();
        script.write(c, 8 * MSS);
        assertThat(script.framesTransmitted() - before).isEqualTo(1);
        expectSegments(1, 8);
        script.expectNothing();
    }

    @Test
    void theRestOfAWriteEndsTheTrainAndIsPushed() {
        TcpConnection c = script.connected();
        script.write(c, 3 * MSS + 7);
        expectSegments(1, 3);
        assertThat(script.expect(ACK).length(7).flags & PSH).isNotZero();
    }

    @Test
    void nagleHoldsTheRestButNotTheTrain() { // RFC 9293 section 3.7.4
        TcpConnection c = script.connected();
        script.write(c, 5);
        script.expect(ACK).sequence(1).length(5);
        writeFrom(c, 6, 2 * MSS + 7);
        expectSegments(6, 2);
        script.expectNothing();
        script.peer(ACK).send();
        script.expect(ACK).sequence(6 + 2 * MSS).length(7);
    }

    @Test
    void theCongestionWindowCutsATrain() { // RFC 6928: ten segments to start with
        TcpConnection c = script.connected();
        script.write(c, 25 * MSS);
        expectSegments(1, 10);
        script.expectNothing();
        script.peer(ACK).acknowledgment(1 + 4 * MSS).send();
        expectSegments(1 + 10 * MSS, 8);
        script.expectNothing();
    }

    @Test
    void thePeersWindowCutsATrain() {
        TcpConnection c = script.connected();
        script.peer(ACK).window(3 * MSS + 100).data(1).send();
        script.elapse(TcpScript.SECOND);
        script.ignoreSent();
        script.write(c, 6 * MSS);
        expectSegments(1, 3);
        script.expectNothing();
    }

    @Test
    void onlyTheLostSegmentOfATrainIsSentAgain() { // RFC 5681 section 3.2
        TcpConnection c = script.connected();
        script.write(c, 8 * MSS);
        expectSegments(1, 8);
        script.peer(ACK).acknowledgment(1 + 2 * MSS).send();
        for (int i = 0; i < 3; i++) {
            script.peer(ACK).acknowledgment(1 + 2 * MSS).send();
        }
        expectSegments(1 + 2 * MSS, 1);
        script.expectNothing();
        script.peer(ACK).acknowledgment(1 + 8 * MSS).send();
        assertThat(c.unacknowledgedBytes()).isZero();
        assertThat(c.info().retransmittedSegments()).isEqualTo(1);
    }

    @Test
    void aTimeOutSendsOneSegment() { // RFC 5681 section 3.1
        TcpConnection c = script.connected();
        script.write(c, 8 * MSS);
        expectSegments(1, 8);
        script.untilSent();
        expectSegments(1, 1);
        script.expectNothing();
        script.peer(ACK).acknowledgment(1 + MSS).send();
        expectSegments(1 + MSS, 2);
        script.peer(ACK).acknowledgment(1 + 8 * MSS).send();
        assertThat(c.unacknowledgedBytes()).isZero();
    }

    @Test
    void bytesWrittenBehindATrainThatWasCutFollowIt() {
        TcpConnection c = script.connected();
        script.write(c, 12 * MSS);
        expectSegments(1, 10);
        writeFrom(c, 1 + 12 * MSS, MSS);
        script.shutdownWrite(c);
        script.peer(ACK).send();
        expectSegments(1 + 10 * MSS, 2);
        assertThat(script.expect(ACK | FIN).data).isEqualTo(TcpScript.stream(1 + 12 * MSS, MSS));
    }
}
