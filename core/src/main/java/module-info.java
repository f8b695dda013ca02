import dev.ringroad.core.pci.PciBackEnd;
import dev.ringroad.core.pci.sysfs.SysfsBackEnd;
import dev.ringroad.core.pci.vfio.NoIommuBackEnd;
import dev.ringroad.core.pci.vfio.VfioBackEnd;

/**
 * System calls, shared memory, rings, workers and counters: the only room that talks to the kernel.
 */
module dev.ringroad.core {
    requires static transitive org.jspecify;

    exports dev.ringroad.core.linux;
    exports dev.ringroad.core.memory;
    exports dev.ringroad.core.ring;
    exports dev.ringroad.core.worker;
    exports dev.ringroad.core.counter;
    exports dev.ringroad.core.pci;
    exports dev.ringroad.core.pci.sysfs;
    exports dev.ringroad.core.pci.vfio;

    uses PciBackEnd;

    provides PciBackEnd with
            VfioBackEnd,
            NoIommuBackEnd,
            SysfsBackEnd;
}
