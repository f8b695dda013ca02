package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockDevice;

import java.util.UUID;

/**
 * A block device as a namespace of a subsystem.
 *
 * @param id 1 to {@link TargetSubsystem#NAMESPACES_MAX}
 * @param device stays its owner's, who closes it after the target
 * @param uuid what hosts know it by, on every path and for ever
 * @param anaGroup whose state of access it has, 1 to {@link TargetSubsystem#ANA_GROUPS_MAX}
 */
public record ExportedNamespace(int id, BlockDevice device, UUID uuid, int anaGroup) {
    public ExportedNamespace {
        if (id < 1 || id > TargetSubsystem.NAMESPACES_MAX) {
            throw new IllegalArgumentException(
                    "A namespace's id is 1 to " + TargetSubsystem.NAMESPACES_MAX + ", not " + id);
        }
        if (anaGroup < 1 || anaGroup > TargetSubsystem.ANA_GROUPS_MAX) {
            throw new IllegalArgumentException(
                    "An ANA group is 1 to " + TargetSubsystem.ANA_GROUPS_MAX + ", not " + anaGroup);
        }
    }

    /** In group 1, with a name made of the subsystem's and its id, the same each time. */
    public static ExportedNamespace of(String subsystemName, int id, BlockDevice device) {
        byte[] seed = (subsystemName + "/" + id).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new ExportedNamespace(id, device, UUID.nameUUIDFromBytes(seed), 1);
    }
}
