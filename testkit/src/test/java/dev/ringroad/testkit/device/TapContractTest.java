package dev.ringroad.testkit.device;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.tap.TapDevice;
import dev.ringroad.testkit.lab.Child;
import dev.ringroad.testkit.lab.Namespace;
import dev.ringroad.testkit.lab.Requirement;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two TAP devices whose kernel's ends are ports of one bridge, in a namespace of the test's. */
class TapContractTest extends NetDeviceContract {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** More frames than any test has under way: the kernel drops what its queue cannot take. */
    private static final int QUEUE_FRAMES = 4096;

    private static final List<CounterFile> COUNTERS = new ArrayList<>();
    private static Namespace namespace;

    @BeforeAll
    static void makeBridge() throws InterruptedException {
        Requirement.root();
        Requirement.tap();
        Requirement.programs("iproute2", "ip");
        namespace = Namespace.create();
        // Without IPv6 the kernel sends nothing by itself.
        run("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; exit 0");
        run("ip link add cable type bridge mcast_snooping 0 && ip link set cable up");
    }

    @AfterAll
    static void deleteBridge() {
        closeCounters();
        if (namespace != null) {
            namespace.close();
        }
    }

    /** Of devices that are closed by now. */
    private static void closeCounters() {
        COUNTERS.forEach(CounterFile::close);
        COUNTERS.clear();
    }

    private static void run(String script) throws InterruptedException {
        Child.run(SOON, namespace.command("sh", "-c", script));
    }

    @Override
    protected DeviceEnds open() throws IOException, InterruptedException {
        closeCounters();
        return new DeviceEnds(plugIn("a"), plugIn("b"));
    }

    private static TapDevice plugIn(String end) throws IOException, InterruptedException {
        CounterFile counters = CounterFile.inMemory(64);
        COUNTERS.add(counters);
        String name = "rr" + ProcessHandle.current().pid() + end;
        TapDevice device = TapDevice.open(DeviceSpec.parse("tap:" + name), counters);
        namespace.adopt(name);
        run("ip link set " + name + " master cable txqueuelen " + QUEUE_FRAMES + " up");
        return device;
    }

    /** The kernel drops frames that nobody fetches. */
    @Override
    protected boolean holdsFramesBack() {
        return false;
    }

    /** The bridge stays when the other end goes. */
    @Override
    protected boolean linkFollowsPeer() {
        return false;
    }
}
