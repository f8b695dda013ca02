package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockGeometry;

/**
 * What a namespace is, as its controller told when it was connected.
 *
 * @param id its number with this controller
 * @param name its name in the whole world: its UUID, NGUID or EUI-64 in hexadecimal; empty when it
 *     has none
 * @param geometry its shape
 * @param anaGroup the group whose access state is the namespace's; 0 for none
 * @param unusable why it cannot be used as a block device; empty when it can
 */
public record NamespaceIdentity(
        int id, String name, BlockGeometry geometry, int anaGroup, String unusable) {
    /**
     * Whether it is the same namespace with the same blocks, so that requests for the one may go to
     * the other.
     */
    boolean continues(NamespaceIdentity earlier) {
        return id == earlier.id
                && name.equals(earlier.name)
                && unusable.isEmpty()
                && geometry.blockBytes() == earlier.geometry.blockBytes()
                && geometry.blocks() >= earlier.geometry.blocks();
    }
}
