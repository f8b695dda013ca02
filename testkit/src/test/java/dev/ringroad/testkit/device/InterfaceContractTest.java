package dev.ringroad.testkit.device;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.testkit.lab.Requirement;
import dev.ringroad.testkit.lab.VethPair;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Both ends of a veth pair, each in a namespace of its own, over each driver and in each of its
 * modes.
 */
class InterfaceContractTest {

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

    private static DeviceEnds open(String kind, String options) throws IOException {
        closeCounters();
        String left = kind + ":left,netns=" + cable.left().name() + options;
        String right = kind + ":right,netns=" + cable.right().name() + options;
        return new DeviceEnds(openEnd(left), openEnd(right));
    }

    private static NetDevice openEnd(String spec) throws IOException {
        CounterFile counters = CounterFile.inMemory(128);
        COUNTERS.add(counters);
        return NetDevices.open(DeviceSpec.parse(spec), counters);
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
    class FramesOfAfPacket extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return InterfaceContractTest.open("afpacket", ",ring=frames");
        }
    }

    @Nested
    class BlocksOfAfPacket extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return InterfaceContractTest.open("afpacket", ",ring=blocks");
        }
    }

    @Nested
    class JoinedSegmentsOfAfPacket extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return InterfaceContractTest.open("afpacket", ",ring=blocks,offload=yes");
        }
    }

    @Nested
    class GenericAfXdp extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return InterfaceContractTest.open("afxdp", ",mode=generic");
        }
    }

    @Nested
    class NativeAfXdp extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return InterfaceContractTest.open("afxdp", ",mode=native");
        }
    }

    /** Where receiving is the owner's own work. */
    @Nested
    class BusyPolled extends OverVeth {
        @Override
        protected DeviceEnds open() throws Exception {
            return InterfaceContractTest.open(
                    "afxdp", ",busy-poll=64,checksum=kernel,timestamps=yes");
        }
    }
}
