package dev.ringroad.net.forward;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Ports with a cable each, whose other ends are the test's. Checked mode complains at the close
 * when a packet was not released.
 */
final class ForwardBed implements AutoCloseable {

    static final int BURST = 32;

    private final CounterFile counters = CounterFile.inMemory(512);
    private final List<PairDevice> ends = new ArrayList<>();
    private final List<Port> ports = new ArrayList<>();
    private final List<ForwardPoller> pollers;

    ForwardBed(Mode mode, int count) {
        try {
            for (int i = 0; i < count; i++) {
                PairDevice.Ends cable =
                        PairDevice.create("port" + i, "end" + i, 128, 2176, 1500, counters);
                ports.add(new Port(i, cable.a(), counters));
                ends.add(cable.b());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        pollers = ForwardPoller.of(mode, ports, BURST);
    }

    Port port(int i) {
        return ports.get(i);
    }

    PairDevice end(int i) {
        return ends.get(i);
    }

    List<ForwardPoller> pollers() {
        return pollers;
    }

    /** Lets a frame, of any length, out of the test's end of a cable. */
    void send(int end, byte[] frame) {
        PairDevice device = ends.get(end);
        Packet packet = Objects.requireNonNull(device.pool().acquire());
        packet.append(frame.length);
        packet.copyIn(0, frame, 0, frame.length);
        Burst burst = new Burst(1);
        burst.add(packet);
        device.txQueue(0).transmit(burst);
    }

    int poll() {
        int work = 0;
        for (ForwardPoller poller : pollers) {
            work += poller.poll(System.nanoTime());
        }
        return work;
    }

    /** What has come to the test's end of a cable. */
    List<byte[]> received(int end) {
        List<byte[]> frames = new ArrayList<>();
        Burst burst = new Burst(64);
        while (ends.get(end).rxQueue(0).receive(burst) > 0) {
            for (int i = 0; i < burst.size(); i++) {
                byte[] frame = new byte[burst.get(i).length()];
                burst.get(i).copyOut(0, frame, 0, frame.length);
                frames.add(frame);
            }
            burst.releaseAll();
        }
        return frames;
    }

    /** Sends a frame into port 0 and gives what comes out of that port's partner, or of itself. */
    List<byte[]> through(byte[] frame, int outOf) {
        send(0, frame);
        poll();
        return received(outOf);
    }

    long drops(int port) {
        long sum = 0;
        for (ForwardDrop reason : ForwardDrop.values()) {
            sum += ports.get(port).dropped(reason);
        }
        return sum;
    }

    @Override
    public void close() {
        for (ForwardPoller poller : pollers) {
            poller.close();
        }
        // A cable has packets of the other port's pool under way, until its far end is gone.
        ends.forEach(PairDevice::close);
        ports.forEach(port -> port.device().service(0));
        ports.forEach(port -> port.device().close());
        counters.close();
    }
}
