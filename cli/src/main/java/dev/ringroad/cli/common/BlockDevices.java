package dev.ringroad.cli.common;

import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.drive.DriveKind;
import dev.ringroad.nvme.block.file.FileKind;
import dev.ringroad.nvme.block.text.BlockTextException;
import dev.ringroad.nvme.block.text.BlockTexts;
import dev.ringroad.nvme.fabrics.initiator.RemoteKind;
import dev.ringroad.nvme.volume.VolumeKind;

import java.io.IOException;
import java.util.stream.Collectors;

/** The block devices that commands know, by the texts that name them. */
public final class BlockDevices {
    private static final BlockTexts TEXTS =
            BlockTexts.modules()
                    .with(FileKind.kind())
                    .with(DriveKind.kind())
                    .with(RemoteKind.kind())
                    .with(VolumeKind.kind());

    private BlockDevices() {}

    /** All kinds. */
    public static BlockTexts texts() {
        return TEXTS;
    }

    /** Opens a device, or refuses to do what the command was asked. */
    public static BlockDevice open(String text) {
        try {
            return TEXTS.open(text);
        } catch (BlockTextException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        } catch (IOException e) {
            throw Refusal.wrongUse(text + " cannot be opened: " + FileTrouble.words(e) + ".");
        }
    }

    /** Each kind with its form, a line each, for help and refusals. */
    public static String forms() {
        return TEXTS.kinds().stream()
                .map(kind -> "  " + kind.form() + "\n      " + kind.meaning())
                .collect(Collectors.joining("\n"));
    }
}
