package dev.ringroad.testkit.device;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.afxdp.AfXdpDevice;
import dev.ringroad.testkit.lab.Requirement;
import dev.ringroad.testkit.lab.VethPair;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.io.IOException;

/** A veth pair for each test, with AF_XDP at its ends. */
abstract class AfXdpCable {

    final CounterFile countersA = CounterFile.inMemory(64);
    final CounterFile countersB = CounterFile.inMemory(64);
    private final String linkOptions;
    VethPair cable;
    AfXdpDevice a;
    AfXdpDevice b;
    DeviceEnds ends;

    /**
     * @param linkOptions for both interfaces, in the words of ip-link
     */
    AfXdpCable(String linkOptions) {
        this.linkOptions = linkOptions;
    }

    @BeforeEach
    final void plugIn() throws InterruptedException {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        cable = VethPair.create(linkOptions);
    }

    @AfterEach
    final void unplug() {
        if (ends != null) {
            ends.close();
        }
        if (cable != null) {
            cable.close();
        }
        countersA.close();
        countersB.close();
    }

    final AfXdpDevice left(String options) throws IOException {
        String spec = "afxdp:left,netns=" + cable.left().name() + options;
        return AfXdpDevice.open(DeviceSpec.parse(spec), countersA);
    }

    final AfXdpDevice right(String options) throws IOException {
        String spec = "afxdp:right,netns=" + cable.right().name() + options;
        return AfXdpDevice.open(DeviceSpec.parse(spec), countersB);
    }

    final void open(String optionsA, String optionsB) throws IOException {
        a = left(optionsA);
        b = right(optionsB);
        ends = new DeviceEnds(a, b);
        ends.awaitLinks();
    }
}
