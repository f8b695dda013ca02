package dev.ringroad.bench.veth;

import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;

import java.io.IOException;
import java.util.List;

/**
 * A program at one end of a cable or shared memory, on a processor of its own, that sends or
 * receives.
 */
public sealed interface End extends AutoCloseable {

    /** How many frames it has sent, if that is what it does, or received. */
    long count() throws IOException;

    @Override
    void close();

    /** Ours: what {@code ringroad forward} does. */
    record Ours(
            CounterFile counters,
            NetDevice device,
            Port port,
            List<ForwardPoller> pollers,
            Worker worker,
            boolean sends)
            implements End {
        private static final int COUNTERS = 256;
        private static final int BURST = 32;

        /**
         * Opens a device and begins.
         *
         * @param spec of the device
         * @param cpu that it runs on
         */
        public static Ours start(String spec, boolean sends, int cpu) throws IOException {
            CounterFile counters = CounterFile.inMemory(COUNTERS);
            NetDevice device;
            try {
                device = NetDevices.open(DeviceSpec.parse(spec), counters);
            } catch (IOException | RuntimeException e) {
                counters.close();
                throw e;
            }
            Port port = new Port(0, device, counters);
            Mode mode = sends ? Mode.TX_ONLY : Mode.RX_ONLY;
            List<ForwardPoller> pollers = ForwardPoller.of(mode, List.of(port), BURST);
            Worker worker = new Worker("bench", cpu, IdleStrategy.spin(), pollers);
            worker.start();
            return new Ours(counters, device, port, pollers, worker, sends);
        }

        @Override
        public long count() {
            return sends ? port.sentPackets() : port.receivedPackets();
        }

        @Override
        public void close() {
            worker.close();
            pollers.forEach(ForwardPoller::close);
            device.close();
            counters.close();
        }
    }

    /** The peer's. */
    record Peers(TestPmd testPmd, boolean sends) implements End {

        /**
         * Starts testpmd.
         *
         * @param starter the words before the program's own, if any
         * @param device in the words of DPDK's --vdev
         * @param cpu that it runs on
         */
        public static Peers start(List<String> starter, String device, boolean sends, int cpu)
                throws IOException {
            TestPmd.Mode mode = sends ? TestPmd.Mode.TX_ONLY : TestPmd.Mode.RX_ONLY;
            return new Peers(TestPmd.start(starter, List.of(device), mode, cpu), sends);
        }

        @Override
        public long count() throws IOException {
            TestPmd.Statistics counted = testPmd.statistics();
            return sends ? counted.transmitted() : counted.received();
        }

        @Override
        public void close() {
            testPmd.close();
        }
    }
}
