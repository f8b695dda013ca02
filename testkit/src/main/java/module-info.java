/** Contract suites, the impaired wire, virtual time and the labs: everything only tests need. */
@SuppressWarnings("requires-transitive-automatic") // jqwik has no module descriptor
module dev.ringroad.testkit {
    requires static transitive org.jspecify;
    requires jdk.management;
    requires transitive dev.ringroad.nvme;
    requires transitive dev.ringroad.sockets;
    requires transitive net.jqwik.api;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;

    exports dev.ringroad.testkit.block;
    exports dev.ringroad.testkit.device;
    exports dev.ringroad.testkit.pci;
    exports dev.ringroad.testkit.qemu;

    provides dev.ringroad.core.pci.PciBackEnd with
            dev.ringroad.testkit.qemu.QemuBackEnd;
}
