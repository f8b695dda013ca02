package dev.ringroad.net.device;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Sends and receives numbered frames over devices under test. */
public final class Wire {

    /** Bytes of each frame. */
    public static final int FRAME_BYTES = 64;

    private Wire() {}

    /** A frame with a number behind its header, the rest of it zeros. */
    public static Packet frame(NetDevice from, int number) {
        Packet packet = Objects.requireNonNull(from.pool().acquire());
        packet.append(FRAME_BYTES);
        packet.copyIn(0, new byte[FRAME_BYTES], 0, FRAME_BYTES);
        BigEndian.u32(packet.segment(), packet.offset() + 14, number);
        return packet;
    }

    /** Sends frames; all must be taken. */
    public static void send(NetDevice from, int first, int count) {
        Burst burst = new Burst(count);
        for (int i = 0; i < count; i++) {
            burst.add(frame(from, first + i));
        }
        int taken = from.txQueue(0).transmit(burst);
        if (taken != count) {
            burst.releaseAll();
            throw new AssertionError("only " + taken + " of " + count + " frames were taken");
        }
    }

    /** Receives all that waits, and gives the numbers. */
    public static List<Integer> receiveNumbers(NetDevice at) {
        Burst burst = new Burst(32);
        List<Integer> numbers = new ArrayList<>();
        while (at.rxQueue(0).receive(burst) > 0) {
            for (int i = 0; i < burst.size(); i++) {
                Packet packet = burst.get(i);
                numbers.add(BigEndian.u32(packet.segment(), packet.offset() + 14));
            }
            burst.releaseAll();
        }
        return numbers;
    }
}
