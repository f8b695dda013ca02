package dev.ringroad.stack.tcp;

import static dev.ringroad.stack.tcp.TcpScript.ACK;
import static dev.ringroad.stack.tcp.TcpScript.FIN;
import static dev.ringroad.stack.tcp.TcpScript.MILLI;
import static dev.ringroad.stack.tcp.TcpScript.PSH;
import static dev.ringroad.stack.tcp.TcpScript.SECOND;
import static dev.ringroad.stack.tcp.TcpScript.URG;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.endpoint.Endpoint;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** Data both ways: segmentation, windows, acknowledgements (RFC 9293 sections 3.7 and 3.8). */
class TcpDataTest {
    private final TcpScript script = new TcpScript();

    @AfterEach
    void close() {
        script.close();
    }

    @Test
    void writesAreCutIntoSegments() {
        TcpConnection c = script.connected();
        assertThat(script.write(c, 3000)).isEqualTo(3000);
        assertThat(script.expect(ACK).sequence(1).data).isEqualTo(TcpScript.stream(1, 1460));
        assertThat(script.expect(ACK).sequence(1461).data).isEqualTo(TcpScript.stream(1461, 1460));
        TcpScript.Sent last = script.expect(ACK).sequence(2921).length(80);
        assertThat(last.flags & PSH).isNotZero();
        script.peer(ACK).send();
        assertThat(c.unacknowledgedBytes()).isZero();
    }

    @Test
    void acknowledgedDataProveThatTheNeighbourIsThere() { // RFC 4861 section 7.3.1
        TcpConnection c = script.connected();
        int asked = script.peerSolicitations;
        for (int second = 0; second < 120; second++) {
            script.write(c, 10);
            script.expect(ACK);
            script.peer(ACK).send();
            script.elapse(SECOND);
        }
        assertThat(script.peerSolicitations).isEqualTo(asked);
    }

    @Test
    void buffersOfEitherKindAreWrittenAndRead() {
        TcpConnection c = script.connected();
        ByteBuffer source = ByteBuffer.allocateDirect(100).put(5, (byte) 9).position(5).limit(10);
        assertThat(c.write(source, script.now)).isEqualTo(5);
        assertThat(source.position()).isEqualTo(10);
        assertThat(script.expect(ACK).data[0]).isEqualTo((byte) 9);
        assertThat(c.write(ByteBuffer.allocate(0), script.now)).isZero();
        script.expectNothing();
        script.peer(ACK).data(50).send();
        ByteBuffer target = ByteBuffer.allocateDirect(80).position(10);
        assertThat(c.read(target, script.now)).isEqualTo(50);
        assertThat(target.position()).isEqualTo(60);
        assertThat(target.get(10)).isEqualTo(TcpScript.stream(1, 1)[0]);
        assertThat(c.read(target, script.now)).isZero();
        assertThat(c.read(ByteBuffer.allocate(0), script.now)).isZero();
    }

    @Test
    void nagleHoldsTheSecondSmallSegment() { // RFC 9293 section 3.7.4
        TcpConnection c = script.connected();
        script.write(c, 10);
        script.expect(ACK).sequence(1).length(10);
        script.write(c, 10);
        script.write(c, 10);
        script.expectNothing();
        script.peer(ACK).send();
        script.expect(ACK).sequence(11).length(20);
    }

    @Test
    void nagleDoesNotHoldFullSegmentsNorWhatFollowsThem() {
        TcpConnection c = script.connected();
        script.write(c, 1460 + 100);
        script.expect(ACK).length(1460);
        script.expect(ACK).length(100);
        script.write(c, 100);
        script.expectNothing();
        script.write(c, 1360);
        script.expect(ACK).length(1460);
    }

    @Test
    void noDelayReleasesWhatNagleHolds() {
        TcpConnection c = script.connected();
        script.write(c, 10);
        script.expect(ACK).length(10);
        script.write(c, 10);
        script.expectNothing();
        c.noDelay(true);
        script.expect(ACK).sequence(11).length(10);
    }

    @Test
    void noDelaySendsAtOnce() {
        TcpConnection c = script.connected();
        c.noDelay(true);
        for (int i = 0; i < 5; i++) {
            script.write(c, 10);
            script.expect(ACK).sequence(1 + 10 * i).length(10);
        }
    }

    @Test
    void firstSegmentsAreAcknowledgedAtOnceThenEverySecond() { // RFC 5681 section 4.2
        TcpConnection c = script.connected();
        for (int i = 0; i < 16; i++) {
            script.peer(ACK).data(1460).send();
            script.expect(ACK);
        }
        script.peer(ACK).data(1460).send();
        script.expectNothing();
        script.peer(ACK).data(1460).send();
        script.expect(ACK).acknowledgment(1 + 18 * 1460);
        assertThat(c.available()).isEqualTo(18 * 1460);
    }

    @Test
    void acknowledgmentIsDelayedBriefly() { // RFC 1122 section 4.2.3.2: below half a second
        TcpConnection c = script.connected();
        c.quickAck(false);
        script.peer(ACK).data(100).send();
        script.expectNothing();
        assertThat(script.untilSent()).isBetween(MILLI, 2 * MILLI);
        script.expect(ACK).acknowledgment(101).length(0);
    }

    @Test
    void acknowledgmentTravelsWithTheAnswer() {
        TcpConnection c = script.connected();
        c.quickAck(false);
        for (int i = 0; i < 10; i++) {
            script.peer(ACK).data(64).send();
            script.expectNothing();
            assertThat(script.read(c, 1 + 64 * i, 100)).isEqualTo(64);
            script.write(c, 64);
            script.expect(ACK).acknowledgment(65 + 64 * i).length(64);
        }
        script.peer(ACK).send();
        script.elapse(SECOND);
        script.expectNothing();
    }

    @Test
    void segmentsOutOfOrderArePutTogether() {
        TcpConnection c = script.connected();
        script.peer(ACK).sequence(101).data(100).send();
        script.expect(ACK).acknowledgment(1);
        script.peer(ACK).sequence(301).data(100).send();
        script.expect(ACK).acknowledgment(1);
        assertThat(c.available()).isZero();
        script.peer(ACK).sequence(1).data(100).send();
        script.expect(ACK).acknowledgment(201);
        script.peer(ACK).sequence(150).data(200).send();
        script.expect(ACK).acknowledgment(401);
        assertThat(script.read(c, 1, 1000)).isEqualTo(400);
    }

    @Test
    void repeatedDataAreAcknowledgedAndNotReadTwice() {
        TcpConnection c = script.connected();
        script.peer(ACK).data(100).send();
        script.ignoreSent();
        script.peer(ACK).sequence(1).data(100).send();
        script.expect(ACK).acknowledgment(101);
        script.peer(ACK).sequence(51).data(100).send();
        script.expect(ACK).acknowledgment(151);
        assertThat(script.read(c, 1, 1000)).isEqualTo(150);
    }

    @Test
    void finOutOfOrderWaitsForTheGap() {
        TcpConnection c = script.connected();
        script.peer(FIN | ACK).sequence(101).data(50).send();
        script.expect(ACK).acknowledgment(1);
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
        script.peer(ACK).sequence(1).data(100).send();
        script.expect(ACK).acknowledgment(152);
        assertThat(c.state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(script.read(c, 1, 1000)).isEqualTo(150);
        assertThat(script.read(c, 1, 1000)).isEqualTo(-1);
    }

    @Test
    void windowClosesAndOpensAgainByUsefulAmounts() { // RFC 9293 section 3.8.6.2.2
        TcpConnection c = script.stack.tcp().open();
        c.receiveBufferBytes(4000);
        assertThat(c.connect(TcpScript.PEER, 4000, script.now)).isZero();
        assertThat(script.expect(TcpScript.SYN).window).isEqualTo(4000);
        script.stackNext = 1;
        script.peer(TcpScript.SYN | ACK).sequence(0).mss(1460).send();
        script.expect(ACK);
        script.peer(ACK).data(1460).send();
        assertThat(script.expect(ACK).window).isEqualTo(2540);
        script.peer(ACK).data(1460).send();
        script.expect(ACK);
        script.peer(ACK).data(1460).send();
        assertThat(script.expect(ACK).acknowledgment(4001).window).isZero();
        script.peer(ACK).sequence(4001).data(10).send();
        assertThat(script.expect(ACK).acknowledgment(4001).window).isZero();
        assertThat(script.read(c, 1, 500)).isEqualTo(500);
        script.expectNothing();
        assertThat(script.read(c, 501, 2000)).isEqualTo(2000);
        assertThat(script.expect(ACK).window).isEqualTo(2500);
        script.peer(ACK).sequence(4001).data(1460).send();
        script.expect(ACK).acknowledgment(5461);
    }

    @Test
    void closedWindowIsProbedUntilItOpens() { // RFC 9293 section 3.8.6.1
        TcpConnection c = script.connected();
        script.peer(ACK).window(0).send();
        assertThat(script.write(c, 5000)).isEqualTo(5000);
        script.expectNothing();
        long last = 0;
        for (int i = 0; i < 40; i++) {
            long waited = script.untilSent();
            script.expect(ACK).sequence(0).length(0);
            assertThat(waited).isGreaterThanOrEqualTo(Math.min(last, 119 * SECOND));
            last = waited;
            script.peer(ACK).window(0).send();
        }
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
        script.peer(ACK).window(65535).send();
        script.expect(ACK).sequence(1).length(1460);
        script.ignoreSent();
        script.peer(ACK).send();
        assertThat(c.unacknowledgedBytes()).isZero();
    }

    @Test
    void silentPeerWithClosedWindowIsGivenUp() {
        TcpConnection c = script.connected();
        script.peer(ACK).window(0).send();
        script.write(c, 10);
        script.elapse(3000 * SECOND);
        script.ignoreSent();
        assertThat(c.error()).isEqualTo(TcpError.TIMED_OUT);
    }

    @Test
    void smallWindowIsUsedAfterATimeOnly() { // RFC 9293 section 3.8.6.2.1
        TcpConnection c = script.connected();
        script.peer(ACK).window(100).send();
        script.write(c, 1000);
        script.expectNothing();
        script.untilSent();
        script.expect(ACK).sequence(1).length(100);
        script.peer(ACK).window(100).send();
        script.untilSent();
        script.expect(ACK).sequence(101).length(100);
        script.peer(ACK).window(2000).send();
        script.expect(ACK).sequence(201).length(800);
    }

    @Test
    void shrunkWindowDoesNotBreakAnything() {
        TcpConnection c = script.connected();
        script.write(c, 4000);
        script.ignoreSent();
        script.peer(ACK).acknowledgment(1461).window(500).send();
        script.elapse(10 * SECOND);
        script.ignoreSent();
        script.peer(ACK).acknowledgment(4001).window(65535).send();
        script.write(c, 10);
        script.expect(ACK).sequence(4001).length(10);
    }

    @Test
    void bufferBoundsWhatIsTakenAndReadinessTells() {
        TcpConnection c = script.connected();
        c.sendBufferBytes(10_000);
        assertThat(script.write(c, 50_000)).isEqualTo(10_000);
        assertThat(script.write(c, 10)).isZero();
        assertThat(c.ready() & Endpoint.WRITE).isZero();
        int[] told = new int[1];
        c.observer((e, ready) -> told[0] |= ready);
        script.ignoreSent();
        script.peer(ACK).acknowledgment(1461).send();
        assertThat(told[0] & Endpoint.WRITE).isZero();
        script.peer(ACK).acknowledgment(8761).send();
        assertThat(told[0] & Endpoint.WRITE).isNotZero();
        c.observer(null);
    }

    @Test
    void emptyPoolMeansWaitingAndIsToldWhenItIsOver() {
        TcpConnection c = script.connected();
        c.noDelay(true);
        int written = 0;
        while (script.write(c, 1) == 1) {
            written++;
        }
        assertThat(written).isBetween(100, 512);
        assertThat(c.ready() & Endpoint.WRITE).isZero();
        int[] told = new int[1];
        c.observer((e, ready) -> told[0] |= ready);
        script.ignoreSent();
        script.peer(ACK).data(3).send();
        script.expect(ACK);
        script.peer(ACK).send();
        script.elapse(10 * MILLI);
        assertThat(told[0] & Endpoint.WRITE).isNotZero();
        assertThat(script.write(c, 1)).isEqualTo(1);
        c.observer(null);
    }

    @Test
    void urgentDataAreOrdinaryData() { // RFC 6093 section 6
        TcpConnection c = script.connected();
        script.peer(ACK | URG).data(10).send();
        script.ignoreSent();
        assertThat(script.read(c, 1, 20)).isEqualTo(10);
    }

    @Test
    void dataBeyondTheWindowAreCut() {
        TcpConnection c = script.stack.tcp().open();
        c.receiveBufferBytes(1000);
        c.connect(TcpScript.PEER, 4000, script.now);
        script.expect(TcpScript.SYN);
        script.stackNext = 1;
        script.peer(TcpScript.SYN | ACK).sequence(0).mss(1460).send();
        script.expect(ACK);
        script.peer(ACK | FIN).data(1400).send();
        script.expect(ACK).acknowledgment(1001);
        assertThat(c.state()).isEqualTo(TcpState.ESTABLISHED);
        script.peer(ACK).sequence(5000).data(10).send();
        script.expect(ACK).acknowledgment(1001);
        assertThat(script.dropped(DropReason.TCP_OUT_OF_WINDOW)).isEqualTo(1);
    }

    @Test
    void shutdownReadDropsWhatCameAndWhatComes() {
        TcpConnection c = script.connected();
        script.peer(ACK).data(100).send();
        script.ignoreSent();
        c.shutdownRead(script.now);
        assertThat(script.read(c, 1, 10)).isEqualTo(-1);
        script.peer(ACK).data(100).send();
        script.expect(ACK).acknowledgment(201);
        assertThat(c.available()).isZero();
        assertThat(script.write(c, 5)).isEqualTo(5);
    }

    @Test
    void keepAliveProbesAQuietPeerAndGivesUp() { // RFC 9293 section 3.8.4
        TcpConnection c = script.connected();
        c.keepAliveIdleSeconds(60);
        c.keepAliveIntervalSeconds(10);
        c.keepAliveCount(3);
        c.keepAlive(true);
        assertThat(script.untilSent()).isBetween(60 * SECOND, 61 * SECOND);
        script.expect(ACK).sequence(0).length(0);
        script.peer(ACK).send();
        script.expectNothing();
        assertThat(script.untilSent()).isBetween(59 * SECOND, 61 * SECOND);
        script.expect(ACK).sequence(0);
        for (int i = 0; i < 2; i++) {
            assertThat(script.untilSent()).isBetween(10 * SECOND, 11 * SECOND);
            script.expect(ACK).sequence(0);
        }
        script.untilSent();
        script.expect(TcpScript.RST | ACK);
        assertThat(c.error()).isEqualTo(TcpError.TIMED_OUT);
    }

    @Test
    void aKeepAliveProbeIsAnswered() {
        script.connected();
        script.elapse(SECOND);
        script.peer(ACK).sequence(0).send();
        script.expect(ACK).acknowledgment(1);
        script.peer(ACK).sequence(0).send();
        script.expectNothing(); // and not more than ten times a second
    }
}
