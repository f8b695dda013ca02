package dev.ringroad.testkit.device;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.afpacket.AfPacketDevice;
import dev.ringroad.testkit.lab.Requirement;
import dev.ringroad.testkit.lab.VethPair;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Both ends of a veth pair, each in a namespace of its own, with each sort of ring. */
class AfPacketContractTest {

    private static final List<CounterFile> COUNTERS = new ArrayList<>();
    private static VethPair cable;

    @BeforeAll
    static void plugIn() throws InterruptedException {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        cable = VethPair.create();
    }

    @AfterAll
    static void unplug() {
        closeCounters();
        if (cable != null) {
            cable.close();
        }
    }

    /** Of devices that are closed by now. */
    private static void closeCounters() {
        COUNTERS.forEach(CounterFile::close);
        COUNTERS.clear();
    }

    private static DeviceEnds open(String options) throws IOException {
        closeCounters();
        String left = "afpacket:left,netns=" + cable.left().name() + options;
        String right = "afpacket:right,netns=" + cable.right().name() + options;
        return new DeviceEnds(openEnd(left), openEnd(right));
    }

    private static AfPacketDevice openEnd(String spec) throws IOException {
        CounterFile counters = CounterFile.inMemory(64);
        COUNTERS.add(counters);
        return AfPacketDevice.open(DeviceSpec.parse(spec), counters);
    }

    /** Over an interface that outlives both devices, whose ring loses what nobody fetches. */
    abstract static class OverVeth extends NetDeviceContract {

        @Override
        protected boolean holdsFramesBack() {
            return false;
        }

        @Override
        protected boolean linkFollowsPeer() {
            return false;
        }
    }

    @Nested
    class RingOfFrames extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return AfPacketContractTest.open(",ring=frames");
        }
    }

    @Nested
    class RingOfBlocks extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return AfPacketContractTest.open(",ring=blocks");
        }
    }

    @Nested
    class JoinedSegments extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return AfPacketContractTest.open(",ring=blocks,offload=yes");
        }
    }
}
