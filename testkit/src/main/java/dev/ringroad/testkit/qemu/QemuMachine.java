package dev.ringroad.testkit.qemu;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciConfig;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciHeader;
import dev.ringroad.testkit.lab.Requirement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A PC without a guest: its processor halts in the first instruction of its ROM, and this process
 * uses its devices instead. Registers are reached over QEMU's test socket; its memory is mapped
 * here, so that rings and buffers are shared with the device models as with real devices.
 *
 * <p>Each machine is a PCI domain of its own. It ends when it is closed, or with this process. Any
 * thread may use it.
 */
public final class QemuMachine implements AutoCloseable {
    private static final int RAM_MIB = 64;
    private static final AtomicInteger DOMAINS = new AtomicInteger();
    private static final ConcurrentMap<Integer, QemuMachine> RUNNING = new ConcurrentHashMap<>();

    private final int domain;
    private final QemuProcess process;
    private final TestSocket socket;
    private final QemuMonitor monitor;
    private final SharedRegion ram;
    private final GuestMemory memory;
    private final PciFirmware firmware;
    private final Set<PciAddress> opened = new HashSet<>();

    private QemuMachine(int domain, QemuProcess process, SharedRegion ram) throws IOException {
        this.domain = domain;
        this.process = process;
        this.ram = ram;
        this.socket = new TestSocket(process.testChannel(), process::report);
        this.monitor = new QemuMonitor(process.monitorChannel(), process::report);
        this.memory = new GuestMemory(ram);
        this.firmware = new PciFirmware(socket, domain);
    }

    /**
     * Starts a machine of type q35; skips the test where QEMU is not installed.
     *
     * @param arguments what it has besides: drives and devices, as QEMU's command line has them
     * @return to be closed by the caller
     * @throws IOException when it does not start; with what it printed
     */
    public static QemuMachine start(String... arguments) throws IOException {
        return start(RAM_MIB, arguments);
    }

    /** The same with a memory of so many MiB, at most 2048. */
    public static QemuMachine start(int ramMib, String... arguments) throws IOException {
        Requirement.programs("qemu-system-x86", QemuProcess.PROGRAM);
        QemuProcess process = QemuProcess.prepare(ramMib);
        try {
            SharedRegion ram =
                    SharedRegion.mapFile(process.ramFile(), (long) ramMib << 20, true, true);
            try {
                process.start(List.of(arguments));
                int domain = DOMAINS.incrementAndGet();
                QemuMachine machine = connect(domain, process, ram);
                RUNNING.put(domain, machine);
                return machine;
            } catch (Throwable t) {
                ram.close();
                throw t;
            }
        } catch (Throwable t) {
            process.close();
            throw t;
        }
    }

    private static QemuMachine connect(int domain, QemuProcess process, SharedRegion ram)
            throws IOException {
        try {
            return new QemuMachine(domain, process, ram);
        } catch (IOException | UncheckedIOException e) {
            // It connects its sockets before it looks at its devices.
            throw new IOException("QEMU did not come up. " + process.report(), e);
        }
    }

    /** The machines that have been started and not closed, in the order of their domains. */
    static List<QemuMachine> running() {
        return RUNNING.keySet().stream().sorted().map(RUNNING::get).toList();
    }

    /** Its PCI domain, unique in this process. */
    public int domain() {
        return domain;
    }

    /** Of QEMU. */
    public long pid() {
        return process.pid();
    }

    public TestSocket socket() {
        return socket;
    }

    public QemuMonitor monitor() {
        return monitor;
    }

    GuestMemory memory() {
        return memory;
    }

    /** Bytes of {@link PciDevice#dma} that have been allocated and not been closed. */
    public long allocatedBytes() {
        return memory.allocatedBytes();
    }

    /** Function 0 of a device on bus 0; QEMU's {@code addr=04.0} is device 4. */
    public PciAddress address(int device) {
        return new PciAddress(domain, 0, device, 0);
    }

    /**
     * Function 0 of the device behind a bridge.
     *
     * @param bridge counted from 1 by their addresses on bus 0
     */
    public PciAddress behindBridge(int bridge) {
        return new PciAddress(domain, bridge, 0, 0);
    }

    /** The functions that are there now, bridges left out. */
    public List<PciAddress> functions() {
        return firmware.functions();
    }

    /** A function's configuration space, also of one that is not there. */
    public PciConfig config(PciAddress address) {
        return firmware.config(address);
    }

    /** Takes function 0 of a device on bus 0. */
    public PciDevice open(int device) throws IOException {
        return open(address(device));
    }

    /**
     * Takes a function.
     *
     * @return to be closed by the caller before the machine is
     * @throws IOException when it is not there or has been taken
     */
    public PciDevice open(PciAddress address) throws IOException {
        PciConfig config = firmware.config(address);
        if (address.domain() != domain || !PciHeader.isPresent(config)) {
            throw new IOException("There is no function " + address + ". It has " + functions());
        }
        synchronized (opened) {
            if (!opened.add(address)) {
                throw new IOException("The function " + address + " is in use. Remedy: close it.");
            }
        }
        try {
            return new QemuPciDevice(this, address, config, firmware.assign(address));
        } catch (Throwable t) {
            closed(address);
            throw t;
        }
    }

    void closed(PciAddress address) {
        synchronized (opened) {
            boolean ignored = opened.remove(address);
        }
    }

    /** The slot of a bridge, to plug devices in and pull them out. */
    public HotPlugSlot slot(int device) {
        return new HotPlugSlot(monitor, firmware.config(address(device)));
    }

    /** Ends QEMU and removes what it left. */
    @Override
    public void close() throws IOException {
        boolean ignored = RUNNING.remove(domain, this);
        try (ram;
                process;
                monitor) {
            socket.close();
        }
    }
}
