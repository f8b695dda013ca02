package dev.ringroad.nvme.block.text;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.OwningDevice;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Opens block devices by what a command line calls them.
 *
 * <p>{@code KIND:ADDRESS,KEY=VALUE} is a device by itself, such as {@code memory:1g,block=4k}. One
 * that is made of another stands before it with an {@code @}: {@code delay:1ms@memory:1g}. One that
 * is made of several has them in parentheses, which a shell wants quoted: {@code
 * 'stripe:64k(file:a,file:b)'}. A backslash before a comma or a parenthesis makes it a part of an
 * address. It never changes, so any thread may use it.
 */
public final class BlockTexts {
    private final Map<String, BlockKind> kinds;

    private BlockTexts(Map<String, BlockKind> kinds) {
        this.kinds = kinds;
    }

    /** The kinds of this package's neighbours: memory, null, and what is made of others. */
    public static BlockTexts modules() {
        BlockTexts texts = new BlockTexts(new TreeMap<>());
        for (BlockKind kind : ModuleKinds.all()) {
            texts = texts.with(kind);
        }
        return texts;
    }

    /**
     * The same and one kind more.
     *
     * @throws IllegalArgumentException when there is one of that name
     */
    public BlockTexts with(BlockKind kind) {
        Map<String, BlockKind> more = new TreeMap<>(kinds);
        if (more.put(kind.name(), kind) != null) {
            throw new IllegalArgumentException(
                    "There is a kind of block devices \"" + kind.name() + "\" already");
        }
        return new BlockTexts(more);
    }

    /** The kinds there are, by their names. */
    public List<BlockKind> kinds() {
        return List.copyOf(kinds.values());
    }

    /**
     * Takes a text apart without opening anything.
     *
     * @throws BlockTextException when it names no device
     */
    public BlockSpec parse(String text) {
        return TextParser.parse(text, Collections.unmodifiableMap(kinds));
    }

    /**
     * Opens what a text names.
     *
     * @return a device that closes those that it is made of, after itself
     * @throws BlockTextException when it names no device
     * @throws IOException when one of them cannot be opened; the others are closed
     */
    public BlockDevice open(String text) throws IOException {
        return open(parse(text));
    }

    /** Opens what was taken apart by {@link #parse}. */
    public BlockDevice open(BlockSpec spec) throws IOException {
        BlockKind kind = kinds.get(spec.kind());
        if (kind == null) {
            throw new BlockTextException("There is no kind of devices \"" + spec.kind() + "\"");
        }
        try {
            return kind.opener().open(spec, this);
        } catch (BlockTextException e) {
            throw e;
        } catch (ArithmeticException e) {
            throw new BlockTextException(spec + ": a number is larger than a device can have");
        } catch (IllegalArgumentException e) {
            // What the device itself has against its numbers.
            throw new BlockTextException(spec + ": " + e.getMessage());
        }
    }

    /** Opens what a device is made of, and makes it. */
    BlockDevice make(BlockSpec spec, BlockKind.Maker maker) throws IOException {
        List<BlockDevice> below = new ArrayList<>();
        try {
            for (BlockSpec part : spec.below()) {
                below.add(open(part));
            }
            BlockDevice device = maker.make(spec, List.copyOf(below));
            return below.isEmpty() ? device : new OwningDevice(device, below);
        } catch (Throwable t) {
            for (BlockDevice device : below.reversed()) {
                try {
                    device.close();
                } catch (IOException | RuntimeException e) {
                    t.addSuppressed(e);
                }
            }
            throw t;
        }
    }
}
