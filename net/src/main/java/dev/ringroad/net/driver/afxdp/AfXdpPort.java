package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.linux.Bpf;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.InterfaceWatch;
import dev.ringroad.core.linux.Interfaces;
import dev.ringroad.core.linux.NetworkNamespace;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Mode;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.ZeroCopy;
import dev.ringroad.net.ebpf.RedirectProgram;
import dev.ringroad.net.wire.EthernetHeader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the kernel gives of an interface: sockets bound to its queues, and a program attached that
 * leads frames to them, for as long as its link is open.
 *
 * @param watch over the interface, in its namespace
 * @param macAddress of the interface
 * @param mtu of the interface
 * @param memory that frames lie in
 * @param queues in their order
 * @param link of the program
 * @param inDriver whether the program runs in the driver
 * @param zeroCopy whether the adapter uses the memory itself
 */
record AfXdpPort(
        InterfaceWatch watch,
        MacAddress macAddress,
        int mtu,
        Umem memory,
        List<AfXdpQueue> queues,
        Descriptor link,
        boolean inDriver,
        boolean zeroCopy)
        implements AutoCloseable {

    static final int FRAME_OVERHEAD_BYTES = EthernetHeader.BYTES + EthernetHeader.TAG_BYTES;

    /** What the kernel keeps free before a received frame ({@code XDP_PACKET_HEADROOM}). */
    private static final int KERNEL_HEADROOM_BYTES = 256;

    /** Of a received frame, in each buffer. */
    private static final int BUFFER_BYTES = Chunks.BYTES - KERNEL_HEADROOM_BYTES;

    /** Opens it with memory of its own or of its name. */
    static AfXdpPort open(AfXdpOptions options, PoolPlacement place) throws IOException {
        Umem memory = Umem.open(options, place);
        try {
            return NetworkNamespace.inside(options.namespace(), () -> openHere(options, memory));
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
    }

    private static AfXdpPort openHere(AfXdpOptions options, Umem memory) throws IOException {
        int mtu = Interfaces.mtu(options.name());
        requireRoom(options, mtu);
        MacAddress mac = new MacAddress(Interfaces.macAddress(options.name()));
        InterfaceWatch watch = InterfaceWatch.open(options.name());
        try {
            if (options.mode() != Mode.BEST) {
                boolean inDriver = options.mode() == Mode.NATIVE;
                return connect(options, memory, watch, mac, mtu, inDriver);
            }
            try {
                return connect(options, memory, watch, mac, mtu, true);
            } catch (SystemCallException e) {
                if (!isLackOfNativeMode(e) || options.zeroCopy() == ZeroCopy.REQUIRED) {
                    throw e;
                }
                return connect(options, memory, watch, mac, mtu, false);
            }
        } catch (Throwable t) {
            watch.close();
            throw t;
        }
    }

    private static void requireRoom(AfXdpOptions options, int mtu) {
        int one = BUFFER_BYTES - FRAME_OVERHEAD_BYTES;
        int most = AfXdpQueue.PARTS_MAX * BUFFER_BYTES - FRAME_OVERHEAD_BYTES;
        int allowed = options.chained() ? most : one;
        if (mtu > allowed) {
            throw new SpecException(
                    options.name()
                            + " has an MTU of "
                            + mtu
                            + " bytes; up to "
                            + one
                            + " fit a buffer of AF_XDP, and up to "
                            + most
                            + " several, with chained=yes");
        }
    }

    /**
     * Drivers without native mode say EOPNOTSUPP, those that cannot at the moment something else.
     */
    private static boolean isLackOfNativeMode(SystemCallException e) {
        return e.call().startsWith("bpf(BPF_LINK_CREATE")
                && e.errno() != Errno.EBUSY
                && e.errno() != Errno.EEXIST
                && e.errno() != Errno.EPERM;
    }

    private static AfXdpPort connect(
            AfXdpOptions options,
            Umem memory,
            InterfaceWatch watch,
            MacAddress mac,
            int mtu,
            boolean inDriver)
            throws IOException {
        List<AfXdpQueue> queues = new ArrayList<>();
        int end = options.firstQueue() + options.queues();
        int mode = inDriver ? Bpf.LINK_NATIVE : Bpf.LINK_GENERIC;
        RedirectProgram program =
                RedirectProgram.attach(watch.index(), mode, end, options.chained());
        try {
            boolean zeroCopy = true;
            for (int i = options.firstQueue(); i < end; i++) {
                AfXdpQueue queue = AfXdpQueue.open(i, memory, options);
                queues.add(queue);
                queue.bind(watch.index(), inDriver ? options.zeroCopy() : ZeroCopy.NONE);
                program.give(i, queue.socket().descriptor());
                zeroCopy &= queue.socket().isZeroCopy();
            }
            return new AfXdpPort(
                    watch, mac, mtu, memory, queues, program.seal(), inDriver, zeroCopy);
        } catch (Throwable t) {
            program.close();
            queues.forEach(AfXdpQueue::close);
            throw t;
        }
    }

    /** Detaches the program first, so that frames go to the kernel again, and the memory last. */
    @Override
    public void close() {
        link.close();
        queues.forEach(AfXdpQueue::close);
        watch.close();
        memory.close();
    }
}
