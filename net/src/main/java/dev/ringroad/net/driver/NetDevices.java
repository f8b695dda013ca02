package dev.ringroad.net.driver;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.device.counter.CountingDevice;
import dev.ringroad.net.device.counter.PoolCountingDevice;
import dev.ringroad.net.driver.afpacket.AfPacketDevice;
import dev.ringroad.net.driver.afxdp.AfXdpDevice;
import dev.ringroad.net.driver.memif.MemifConfig;
import dev.ringroad.net.driver.memif.MemifDevice;
import dev.ringroad.net.driver.nil.NilDevice;
import dev.ringroad.net.driver.pair.RingEnds;
import dev.ringroad.net.driver.pcap.PcapDevice;
import dev.ringroad.net.driver.tap.TapDevice;
import dev.ringroad.net.driver.vhost.VhostConfig;
import dev.ringroad.net.driver.vhost.VhostDevice;
import dev.ringroad.net.driver.virtio.VirtioConfig;
import dev.ringroad.net.driver.virtio.VirtioDevice;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Opens devices by their specs. */
public final class NetDevices {

    private NetDevices() {}

    /**
     * Opens a device with the {@link Decorations} that its spec asks for. Options that are not the
     * driver's must have been taken from the spec before.
     *
     * @throws SpecException when the spec asks for something that does not exist
     * @throws IOException when the system refuses; the message says what and how to mend it
     */
    public static NetDevice open(DeviceSpec spec, CounterFile counters) throws IOException {
        Decorations decorations = Decorations.of(spec);
        if (spec.kind().equals("pcap")) {
            PcapDevice.requireInputKept(spec, decorations.capture());
        }
        try {
            NetDevice device = new PoolCountingDevice(openDriver(spec, counters), counters);
            return decorations.around(device);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Refuses what is wrong in a spec by itself, whatever the machine; nothing is opened. Options
     * that are not the driver's must have been taken before. Kinds that a stack cannot use are left
     * to {@link #open}.
     *
     * @throws SpecException when the spec asks for something that does not exist
     */
    public static void check(DeviceSpec spec) {
        Decorations.of(spec);
        switch (spec.kind()) {
            case "memif" -> {
                MemifConfig.of(spec);
                PoolPlacement.take(spec, null);
            }
            case "afxdp" -> AfXdpDevice.takeOptions(spec);
            case "afpacket" -> AfPacketDevice.takeOptions(spec);
            case "vhost" -> {
                VhostConfig.of(spec);
                PoolPlacement.take(spec, null);
            }
            case "tap" -> TapDevice.takeOptions(spec);
            case "virtio" -> {
                VirtioConfig.of(spec);
                PoolPlacement.take(spec, null);
            }
            default -> {
                return;
            }
        }
        spec.requireAllTaken();
    }

    private static NetDevice openDriver(DeviceSpec spec, CounterFile counters) throws IOException {
        return switch (spec.kind()) {
            case "memif" -> openMemif(spec, counters);
            case "afxdp" -> new CountingDevice(AfXdpDevice.open(spec, counters), counters);
            case "afpacket" -> new CountingDevice(AfPacketDevice.open(spec, counters), counters);
            case "vhost" -> openVhost(spec, counters);
            case "tap" -> new CountingDevice(TapDevice.open(spec, counters), counters);
            case "virtio" -> openVirtio(spec, counters);
            case "nil" -> NilDevice.open(spec, counters);
            case "pcap" -> PcapDevice.open(spec, counters);
            case "ring" -> RingEnds.open(spec, counters);
            default ->
                    throw new SpecException(
                            "there is no driver "
                                    + spec.kind()
                                    + ", asked for by \""
                                    + spec
                                    + "\"; there are memif, vhost, virtio, tap, afpacket, afxdp, nil,"
                                    + " pcap and ring");
        };
    }

    private static NetDevice openMemif(DeviceSpec spec, CounterFile counters) throws IOException {
        MemifConfig config = MemifConfig.of(spec);
        Placement placement = PoolPlacement.take(spec, null);
        spec.requireAllTaken();
        return MemifDevice.open("memif:" + config.path(), config, placement, counters);
    }

    private static NetDevice openVirtio(DeviceSpec spec, CounterFile counters) throws IOException {
        VirtioConfig config = VirtioConfig.of(spec);
        Placement placement = PoolPlacement.take(spec, null);
        spec.requireAllTaken();
        return VirtioDevice.open("virtio:" + config.path(), config, placement, counters);
    }

    private static NetDevice openVhost(DeviceSpec spec, CounterFile counters) throws IOException {
        VhostConfig config = VhostConfig.of(spec);
        Placement placement = PoolPlacement.take(spec, null);
        spec.requireAllTaken();
        return VhostDevice.open("vhost:" + config.path(), config, placement, counters);
    }
}
