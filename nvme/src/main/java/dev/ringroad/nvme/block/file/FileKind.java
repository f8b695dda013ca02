package dev.ringroad.nvme.block.file;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.file.FileOptions.Ring;
import dev.ringroad.nvme.block.text.BlockKind;
import dev.ringroad.nvme.block.text.BlockSpec;
import dev.ringroad.nvme.block.text.BlockTextException;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

/** Files as a text names them. */
public final class FileKind {
    private FileKind() {}

    /** {@code file:PATH}, to be added to the other kinds. */
    public static BlockKind kind() {
        return BlockKind.of(
                "file",
                "file:PATH[,size=BYTES][,block=BYTES][,direct=yes][,readonly=yes][,ring=no]",
                "a file or a block device of the kernel; with a size it is made when there is none",
                BlockKind.Below.NONE,
                Set.of("size", "block", "direct", "readonly", "ring"),
                (spec, _) -> open(spec));
    }

    private static BlockDevice open(BlockSpec spec) throws IOException {
        boolean direct = spec.isSet("direct");
        String ring = spec.option("ring");
        FileOptions options =
                new FileOptions(
                        Math.toIntExact(spec.bytes("block", direct ? 4096 : 512)),
                        spec.option("size") == null ? 0 : spec.bytes("size", 0),
                        spec.isSet("readonly"),
                        direct,
                        ring == null
                                ? Ring.IF_THERE
                                : spec.isSet("ring") ? Ring.REQUIRED : Ring.NEVER);
        String path = spec.requireAddress("a path");
        try {
            return FileBlocks.open(Path.of(path), options);
        } catch (InvalidPathException e) {
            throw new BlockTextException("\"" + path + "\" is not a path: " + e.getReason());
        }
    }
}
