package dev.ringroad.nvme.block.text;

import dev.ringroad.nvme.block.BlockDevice;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A kind of block devices that a text can name.
 *
 * @param name what the text begins with: small letters, digits and hyphens
 * @param form how it is written, for help, such as {@code memory:BYTES[,block=BYTES]}
 * @param meaning what it is, in a few words
 * @param below how many devices it is made of
 * @param options the keys that it takes
 * @param opener opens one
 */
public record BlockKind(
        String name, String form, String meaning, Below below, Set<String> options, Opener opener) {

    /** How many devices a device is made of. */
    public enum Below {
        /** It is a device by itself. */
        NONE,
        /** One, named behind an {@code @}. */
        ONE,
        /** One or more, named in parentheses. */
        SEVERAL
    }

    /** Opens a device, and what it is made of. */
    @FunctionalInterface
    public interface Opener {
        /**
         * @param texts opens what the device is made of; closed by it, after itself
         * @throws BlockTextException when address or options make no sense
         * @throws IOException when there is no such device; nothing is left open then
         */
        BlockDevice open(BlockSpec spec, BlockTexts texts) throws IOException;
    }

    /** Makes a device of others that are open. */
    @FunctionalInterface
    public interface Maker {
        /**
         * @param below the devices that it is made of, in the order of the text; not to be closed
         *     by it, they are closed after it
         * @throws BlockTextException when address or options make no sense
         * @throws IOException when there is no such device
         */
        BlockDevice make(BlockSpec spec, List<BlockDevice> below) throws IOException;
    }

    /** A kind whose devices have those that they are made of to themselves. */
    public static BlockKind of(
            String name,
            String form,
            String meaning,
            Below below,
            Set<String> options,
            Maker maker) {
        return new BlockKind(
                name, form, meaning, below, options, (spec, texts) -> texts.make(spec, maker));
    }

    public BlockKind {
        if (!name.matches("[a-z0-9-]+")) {
            throw new IllegalArgumentException(
                    "A kind is named by small letters, digits and hyphens, not \"" + name + "\"");
        }
        options = Set.copyOf(new TreeSet<>(options));
    }
}
