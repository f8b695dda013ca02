package dev.ringroad.bench.idle;

import dev.ringroad.bench.veth.Cable;

import java.util.ArrayList;
import java.util.List;

/**
 * A driver whose worker is looked at.
 *
 * @param name for the row
 * @param receiver the spec of the worker's device
 * @param sender the spec of the other end
 */
record IdleCase(String name, String receiver, String sender) {

    /** Those that need no rights; sockets are made in a folder. */
    static List<IdleCase> inMemory(String folder) {
        return List.of(
                new IdleCase(
                        "memif",
                        "memif:" + folder + "/memif,role=server",
                        "memif:" + folder + "/memif,role=client"),
                new IdleCase("vhost", "vhost:" + folder + "/vhost", "virtio:" + folder + "/vhost"),
                new IdleCase(
                        "virtio", "virtio:" + folder + "/virtio", "vhost:" + folder + "/virtio"),
                new IdleCase("ring", "ring:idle", "ring:idle"));
    }

    /** Those over a cable of the kernel. */
    static List<IdleCase> over(Cable cable) {
        List<IdleCase> cases = new ArrayList<>();
        cases.add(over(cable, "AF_PACKET, ring of frames", "afpacket", ""));
        cases.add(over(cable, "AF_PACKET, ring of blocks", "afpacket", ",ring=blocks"));
        cases.add(over(cable, "AF_XDP, native", "afxdp", ",mode=native"));
        cases.add(over(cable, "AF_XDP, generic", "afxdp", ",mode=generic"));
        return cases;
    }

    private static IdleCase over(Cable cable, String name, String kind, String options) {
        return new IdleCase(
                name,
                cable.spec(kind, Cable.Side.LEFT) + options,
                cable.spec(kind, Cable.Side.RIGHT) + options);
    }
}
